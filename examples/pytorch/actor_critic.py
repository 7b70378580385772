"""An actor and a critic that keep a pole upright for some steps: the critic's value is the baseline."""

import math

import torch
import torch.nn.functional as F
from torch import nn, optim
from torch.distributions import Categorical


class Pole:
    """A pole on a hinge, pushed left or right; an episode ends where it leans too far, or after 40 steps."""

    def reset(self):
        self.angle, self.speed, self.steps = 0.05 * torch.randn(()).item(), 0.0, 0
        return torch.tensor([self.angle, self.speed])

    def step(self, action):
        self.speed += 0.1 * (3.0 * math.sin(self.angle) + (1.0 if action else -1.0))
        self.angle += 0.1 * self.speed
        self.steps += 1
        return torch.tensor([self.angle, self.speed]), 1.0, abs(self.angle) > 0.5 or self.steps == 40


class ActorCritic(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(2, 32)
        self.actor, self.critic = nn.Linear(32, 2), nn.Linear(32, 1)

    def forward(self, x):
        hidden = torch.tanh(self.body(x))
        return F.softmax(self.actor(hidden), dim=-1), self.critic(hidden)


torch.manual_seed(1)
model, environment, running = ActorCritic(), Pole(), 10.0
optimizer = optim.Adam(model.parameters(), lr=3e-2)
for episode in range(50):
    state, done, saved, rewards = environment.reset(), False, [], []
    while not done:
        probabilities, value = model(state)
        action = (distribution := Categorical(probabilities)).sample()
        saved.append((distribution.log_prob(action), value))
        state, reward, done = environment.step(action.item())
        rewards.append(reward)
    running = 0.9 * running + 0.1 * len(rewards)

    total, returns = 0.0, []
    for reward in rewards[::-1]:
        total = reward + 0.95 * total
        returns.insert(0, total / 20)
    returns = torch.tensor(returns)
    policy_losses, value_losses = [], []
    for (log_prob, value), target in zip(saved, returns):
        policy_losses.append(-log_prob * (target - value.item()))
        value_losses.append(F.smooth_l1_loss(value, target.view(1)))
    optimizer.zero_grad()
    loss = torch.stack(policy_losses).sum() + torch.stack(value_losses).sum()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    if episode % 10 == 0:
        print(f"episode {episode}, steps {len(rewards)}, average {running:.1f}")
print("average number of steps", running)
