"""Tell the language of a word by its letters with a recurrent network: a PyTorch training script. Only the import
lines differ from PyTorch's, which are:

import torch
import torch.nn as nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_sequence
from torch.utils.data import DataLoader, random_split
"""

import argparse
import time

import autograd_engine as torch
import autograd_engine.nn as nn
from autograd_engine.nn.utils.rnn import pack_padded_sequence, pad_sequence
from autograd_engine.utils.data import DataLoader, random_split

WORDS = {
    "English": """
        through thought should weather morning evening kitchen window shoulder mother father brother daughter
        always nothing something quickly slowly bright heavy winter summer thousand hundred twenty street
        bridge church journey knowledge laughter neighbour weight height question answer yesterday tomorrow
        black yellow which where whose though between behind above below swimming drinking reading writing
        growth strength health wealthy friendship childhood freedom breakfast showing window shadow arrow
        meadow hollow
    """,
    "German": """
        durch gedanke sollte wetter morgen abend zwischen fenster schulter mutter vater bruder tochter immer
        nichts etwas schnell langsam schwer winter sommer tausend hundert zwanzig brücke kirche reise wissen
        gelächter nachbar gewicht höhe frage antwort gestern schwarz welche zwischen hinter über unter
        schwimmen trinken lesen schreiben wachstum stärke gesundheit freundschaft kindheit freiheit frühstück
        schatten pfeil wiese schlüssel straße zeitung wahrscheinlich möglichkeit entscheidung verständnis
        geschichte
    """,
    "Italian": """
        attraverso pensiero dovrebbe tempo mattina sera cucina finestra spalla madre padre fratello figlia
        sempre niente qualcosa velocemente lentamente luminoso pesante inverno estate mille cento venti strada
        ponte chiesa viaggio conoscenza risata vicino peso altezza domanda risposta ieri domani nero giallo
        quale dove nuotare bere leggere scrivere crescita forza salute amicizia infanzia colazione ombra
        freccia prato chiave giornale possibilità decisione storia ragazzo bellezza piccolo grande famiglia
    """,
    "Finnish": """
        kautta ajatus pitäisi sää aamu ilta keittiö ikkuna olkapää äiti isä veli tytär aina mitään jotain
        nopeasti hitaasti kirkas raskas talvi kesä tuhat sata kaksikymmentä katu silta kirkko matka tieto
        nauru naapuri paino korkeus kysymys vastaus eilen huomenna musta keltainen mikä missä uida juoda lukea
        kirjoittaa kasvu voima terveys ystävyys lapsuus vapaus aamiainen varjo nuoli niitty avain sanomalehti
        mahdollisuus päätös historia kaupunki yliopisto rautatie metsä järvi
    """,
}
LANGUAGES = list(WORDS)
LETTERS = sorted(set("".join(WORDS.values())) - set(" \n"))
NUMBER = {letter: i + 1 for i, letter in enumerate(LETTERS)}  # 0 fills up short words


class Net(nn.Module):
    def __init__(self, embedding=16, hidden=32):
        super().__init__()
        self.embedding = nn.Embedding(len(LETTERS) + 1, embedding, padding_idx=0)
        self.rnn = nn.GRU(embedding, hidden, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(2 * hidden, len(LANGUAGES))

    def forward(self, words):
        lengths = (words != 0).sum(1).cpu()
        packed = pack_padded_sequence(self.embedding(words), lengths, batch_first=True, enforce_sorted=False)
        _, last = self.rnn(packed)
        return self.fc(torch.cat([last[0], last[1]], dim=1))


def collate(samples):
    words, labels = zip(*samples, strict=True)
    return pad_sequence(words, batch_first=True), torch.tensor(labels)


def load_data(batch_size):
    samples = [
        (torch.tensor([NUMBER[letter] for letter in word]), label)
        for label, language in enumerate(LANGUAGES)
        for word in sorted(set(WORDS[language].split()))
    ]
    train_set, test_set = random_split(samples, [0.8, 0.2], generator=torch.Generator().manual_seed(0))
    train_loader = DataLoader(train_set, batch_size=batch_size, shuffle=True, collate_fn=collate)
    return train_loader, DataLoader(test_set, batch_size=256, collate_fn=collate)


def train(model, loader, criterion, optimizer):
    model.train()
    losses = []
    for words, labels in loader:
        optimizer.zero_grad()
        loss = criterion(model(words), labels)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), max_norm=1.0)
        optimizer.step()
        losses.append(loss.item())
    return losses


def evaluate(model, loader):
    model.eval()
    correct = count = 0
    with torch.no_grad():
        for words, labels in loader:
            correct += (model(words).argmax(dim=1) == labels).sum().item()
            count += len(labels)
    return correct / count


def predict(model, word, top=2):
    """Print the likeliest languages of a word."""
    model.eval()
    with torch.no_grad():
        scores = model(torch.tensor([[NUMBER[letter] for letter in word]]))
        probabilities, places = scores.softmax(dim=1).topk(top)
    guesses = zip(probabilities[0].tolist(), places[0].tolist(), strict=True)
    print(f"{word}: " + ", ".join(f"{LANGUAGES[place]} {probability:.0%}" for probability, place in guesses))


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--lr", type=float, default=5e-3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--save-model", metavar="PATH", default=None)
    args = parser.parse_args(arguments)

    torch.manual_seed(args.seed)
    train_loader, test_loader = load_data(args.batch_size)
    model = Net()
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=args.lr)
    start = time.time()
    accuracy = 0.0
    for epoch in range(1, args.epochs + 1):
        losses = train(model, train_loader, criterion, optimizer)
        accuracy = evaluate(model, test_loader)
        print(
            f"epoch {epoch:2d}  loss {sum(losses) / len(losses):.4f}  accuracy {accuracy:.1%}  "
            f"{time.time() - start:.1f} s"
        )
    for word in ("schmetterling", "kuukausi", "nightfall", "bellissimo"):
        predict(model, word)

    if args.save_model is not None:
        torch.save(model.state_dict(), args.save_model)
    return accuracy


if __name__ == "__main__":
    main()
