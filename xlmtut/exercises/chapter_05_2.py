"""The checks of section 5.2, the source code in detail."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from xlmtut.exercises import Hint, call, choice, close, exercise, number, tensor

IGNORED, PAD = -100, 2


@exercise("05_2-1")
def _(answer: object) -> None:
    """Accept a function that gives the labels of a causal language model."""
    for ids in ([1, 20, 21, 1], [1, 30, 31, 32, 1, PAD, PAD], [1, 40, 1, PAD]):
        result = tensor(call(answer, list(ids)), what="a list of whole numbers").flatten().tolist()
        if len(result) != len(ids):
            raise Hint(f"For {len(ids)} tokens you return {len(result)} labels. Each position has one.")
        kept = [i for i in ids if i != PAD]
        right = [*kept[1:], *[IGNORED] * (1 + len(ids) - len(kept))]
        if result == right:
            continue
        if result == ids:
            raise Hint("Your positions predict themselves. They can read themselves, too.")
        if result[1:] == ids[:-1]:
            raise Hint("Your positions predict the token before. Shift the other way.")
        if PAD in result:
            raise Hint("Some position has to predict padding. Nobody will ever ask for that.")
        if result[len(kept) - 1] != IGNORED:
            raise Hint("What does the last token of the sentence predict? There is nothing after it.")
        raise Hint(f"For the row {ids} the labels are not right. Go through it position by position.")


@exercise("05_2-2")
def _(answer: object) -> None:
    """Accept the expected number of masks in a batch of 64 rows of 256 tokens."""
    masks = number(answer)

    def is_about(value: float) -> bool:
        return close(masks, value, tolerance=1e-3)

    if is_about(64 * 256 * 0.15 * 0.8):
        raise Hint("Nearly. One position of each row is never chosen.")
    if is_about(64 * 255 * 0.15) or is_about(64 * 256 * 0.15):
        raise Hint("So many are chosen. Do all of them become the mask?")
    if is_about(64 * 255 * 0.8) or is_about(64 * 256 * 0.8):
        raise Hint("Only some of all positions are chosen in the first place.")
    if is_about(255 * 0.15 * 0.8):
        raise Hint("That is one row. The batch has more.")
    if not is_about(64 * 255 * 0.15 * 0.8):
        raise Hint(
            "Multiply: positions that may be chosen, the share that is, and the share of those masked."
        )


@exercise("05_2-3")
def _(answer: object) -> None:
    """Accept how much more often the smallest language is drawn."""
    factor, sizes = number(answer), torch.tensor([500_000.0, 20_000.0, 500.0])
    share = sizes / sizes.sum()

    def drawn(alpha: float) -> float:
        return float((share**alpha / (share**alpha).sum())[-1])

    def is_about(value: float) -> bool:
        return close(factor, value, tolerance=5e-3)

    if is_about(drawn(1) / drawn(0.5)):
        raise Hint("You divided the one probability by the other the wrong way round.")
    if is_about(drawn(0.5)):
        raise Hint("That is a probability. Compare it with the one at the other α.")
    if is_about(float(share[-1] ** 0.5 / share[-1])):
        raise Hint("After taking the power, the shares no longer sum to one. Normalise them.")
    if is_about(drawn(0.7) / drawn(1)):
        raise Hint("That is the factor for α = 0.7.")
    if not is_about(drawn(0.5) / drawn(1)):
        raise Hint("Take the shares of the sentences to the power α, divide by their sum, and compare.")


@exercise("05_2-4")
def _(answer: object) -> None:
    """Accept an evaluation that weights every example alike and also counts the right answers."""
    chance = torch.Generator().manual_seed(5)
    sizes = (8, 8, 8, 2)
    logits = [torch.randn(n, 3, generator=chance) * (1 if n == 8 else 4) for n in sizes]
    labels = [torch.arange(len(part)) % 3 for part in logits]
    batches = [{"number": i, "labels": part} for i, part in enumerate(labels)]
    result = call(answer, lambda batch: logits[batch["number"]].clone(), batches)
    if not isinstance(result, (tuple, list)) or len(result) != 2:
        raise Hint("Return two numbers: the loss, then the accuracy.")
    loss, accuracy = number(result[0]), number(result[1])
    losses = [F.cross_entropy(a, b, reduction="none") for a, b in zip(logits, labels, strict=True)]
    right = [a.argmax(dim=1).eq(b).float() for a, b in zip(logits, labels, strict=True)]
    true_loss, true_accuracy = (float(torch.cat(parts).mean()) for parts in (losses, right))
    if close(loss, true_accuracy) and close(accuracy, true_loss):
        raise Hint("The two numbers come in the other order: first the loss.")
    if close(loss, float(torch.stack([part.mean() for part in losses]).mean())):
        raise Hint("Your loss is a mean of batch means. The last batch is smaller than the others.")
    if close(loss, float(torch.cat(losses).sum())):
        raise Hint("Your loss is a sum. Divide it by the number of examples.")
    if not close(loss, true_loss):
        raise Hint("Your loss is not the mean over the examples. Add up, and divide once.")
    if close(accuracy, float(torch.stack([part.mean() for part in right]).mean())):
        raise Hint("The loss is right. The accuracy is still a mean of batch means.")
    if close(accuracy, float(torch.cat(right).sum())):
        raise Hint("The loss is right. An accuracy is a share, and yours is a number of examples.")
    if close(accuracy, 100 * true_accuracy):
        raise Hint("The loss is right, and so is the accuracy, but as a share it lies between 0 and 1.")
    if not close(accuracy, true_accuracy):
        raise Hint("The loss is right. For the accuracy, count where the largest logit is at the label.")


@exercise("05_2-5")
def _(answer: object) -> None:
    """Accept the mistake that raises an error."""
    letter = choice(answer, "abcd")
    if letter == "a":
        raise Hint("What did the program print when it had loaded BERT?")
    if letter == "b":
        raise Hint("Look at the section that asks which language.")
    if letter == "d":
        raise Hint("How would a model know which data you give it?")
