"""REINFORCE: a policy that learns to walk to the end of a corridor (Williams, 1992)."""

import torch
from torch import nn, optim
from torch.distributions import Categorical


class Corridor:
    """Seven cells; the start is in the middle, a reward at the right end, and nothing at the left one."""

    def reset(self):
        self.cell, self.steps = 3, 0
        return self.observation()

    def observation(self):
        seen = torch.zeros(7)
        seen[self.cell] = 1.0
        return seen

    def step(self, action):
        self.cell += 1 if action == 1 else -1
        self.steps += 1
        done = self.cell in (0, 6) or self.steps == 20
        return self.observation(), 1.0 if self.cell == 6 else -0.02, done


torch.manual_seed(0)
policy = nn.Sequential(nn.Linear(7, 16), nn.ReLU(), nn.Linear(16, 2), nn.Softmax(dim=-1))
optimizer = optim.Adam(policy.parameters(), lr=2e-2)
environment, gamma, running = Corridor(), 0.95, 0.0

for episode in range(120):
    observation, done, log_probs, rewards = environment.reset(), False, [], []
    while not done:
        distribution = Categorical(policy(observation))
        action = distribution.sample()
        log_probs.append(distribution.log_prob(action))
        observation, reward, done = environment.step(action.item())
        rewards.append(reward)
    returns, total = [], 0.0
    for reward in reversed(rewards):
        total = reward + gamma * total
        returns.insert(0, total)
    loss = -(torch.stack(log_probs) * torch.tensor(returns)).sum()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    running = 0.9 * running + 0.1 * sum(rewards)
    if episode % 40 == 0:
        print(f"episode {episode}, reward {sum(rewards):.2f}, average {running:.2f}")
print("average reward", running)
