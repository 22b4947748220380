"""The checks of chapter 3, the algorithm step by step."""

from __future__ import annotations

import torch

from xlmtut.exercises import Hint, call, choice, close, exercise, number, tensor

EOS = 1


@exercise("03-1")
def _(answer: object) -> None:
    """Accept a function that builds ids, positions and languages of a translation pair."""
    for first, second in (([7, 8, 9], [10, 11]), ([7], [8, 9, 10, 11]), ([5, 6], [7, 8])):
        result = call(answer, list(first), list(second), 2, 3)
        if not isinstance(result, (tuple, list)) or len(result) != 3:
            raise Hint("Return three lists: input_ids, position_ids, langs.")
        ids, positions, langs = (
            tensor(row, what="a list of whole numbers").flatten().tolist() for row in result
        )
        if not len(ids) == len(positions) == len(langs):
            raise Hint(
                f"The lists have {len(ids)}, {len(positions)} and {len(langs)} entries. Make them equal."
            )
        if ids != [EOS, *first, EOS, EOS, *second, EOS]:
            n_eos = ids.count(EOS)
            if n_eos != 4:
                raise Hint(f"There are {n_eos} </s> in your row. How many does one sentence bring along?")
            raise Hint(f"The ids are in the wrong order for the sentences {first} and {second}.")
        n, m = len(first) + 2, len(second) + 2
        if positions != [*range(n), *range(m)]:
            if positions == [*range(n + m)]:
                raise Hint("Your positions run on. What does TLM do with them at the seam?")
            raise Hint("Each sentence has its own positions, and </s> occupies one as well.")
        if langs != [2] * n + [3] * m:
            if len(set(langs)) == 1:
                raise Hint("Your whole row has one language. It holds two.")
            raise Hint("The language changes at the seam. To which sentence does each </s> belong?")


@exercise("03-2")
def _(answer: object) -> None:
    """Accept a function that lays the heads of every token side by side."""
    generator = torch.Generator().manual_seed(3)
    for batch, heads, n, d_k in ((1, 2, 3, 4), (2, 4, 5, 3), (3, 4, 4, 4)):
        x = torch.randn(batch, heads, n, d_k, generator=generator)
        result = tensor(call(answer, x.clone()))
        if result.shape != (batch, n, heads * d_k):
            raise Hint(
                f"From {(batch, heads, n, d_k)} you made {tuple(result.shape)}. "
                "Expected are the batch, the tokens, and all numbers of one token."
            )
        if close(result, x.reshape(batch, n, heads * d_k)):
            raise Hint(
                "The shape is right, but a row mixes several tokens. Which two axes must change places?"
            )
        if close(result, x.permute(0, 2, 3, 1).flatten(2)):
            raise Hint(
                "Each token has its own numbers, but the heads are interleaved. Keep each head in one block."
            )
        if not close(result, x.transpose(1, 2).flatten(2)):
            raise Hint(
                "The shape is right, the numbers are not. Follow the vector of one token through your code."
            )


@exercise("03-3")
def _(answer: object) -> None:
    """Accept the factor by which a layer's cost grows when the length doubles from 512 to 1024."""
    factor = number(answer)
    if close(factor, 2):
        raise Hint("That would be right for projections and FFN alone.")
    if close(factor, 4):
        raise Hint("That would be right for the scores alone. How large is their share at these lengths?")
    if close(factor, 3):
        raise Hint("The two terms do not weigh the same. Put numbers into both.")
    if close(factor, 1 / 2.1538, tolerance=0.005):
        raise Hint("You divided the shorter by the longer.")
    if not close(factor, 2 * (6 * 1024 + 1024) / (6 * 1024 + 512), tolerance=0.002):
        raise Hint("Compute the sum of both terms at both lengths, then divide.")


@exercise("03-4")
def _(answer: object) -> None:
    """Accept the gigabytes of logits that need not be computed."""
    saved, everything = number(answer), 64 * 256 * 200_000 * 4 / 1e9

    def is_about(value: float) -> bool:
        return close(saved, value, tolerance=0.005)

    if is_about(everything):
        raise Hint("That is what all logits take. The predicted ones you still need.")
    if is_about(0.15 * everything):
        raise Hint("That is what remains. How much is saved?")
    if is_about(0.85 * everything / 4):
        raise Hint("You counted numbers. How many bytes has a float32?")
    if is_about(0.85 * everything * 1e9 / 2**30):
        raise Hint("You divided by 2³⁰. The question asks for 10⁹ bytes.")
    if is_about(0.85 * everything * 1e9) or is_about(0.85 * everything * 1e3):
        raise Hint("Right, but not in gigabytes.")
    if is_about(0.85 * everything / 64) or is_about(0.85 * everything / 256):
        raise Hint("A batch has 64 sequences, and each has 256 positions.")
    if not is_about(0.85 * everything):
        raise Hint(
            "One logit for every sequence, position and vocabulary entry. Which part of them is not needed?"
        )


@exercise("03-5")
def _(answer: object) -> None:
    """Accept the claim that the paper supports."""
    letter = choice(answer, "abcd")
    if letter == "a":
        raise Hint("The figure exists. Look at the source column of its table.")
    if letter == "c":
        raise Hint("Look for such an experiment in the table of tasks and evidence.")
    if letter == "d":
        raise Hint("You counted the operations for 1 to 16 heads. Did they change?")


@exercise("03-6")
def _(answer: object) -> None:
    """Accept what happens to a language model that may look ahead."""
    letter = choice(answer, "abcd")
    if letter == "a":
        raise Hint("What could a position copy if it sees its right neighbour?")
    if letter == "b":
        raise Hint("In training the right neighbour is in the input. Is it there when you generate?")
    if letter == "d":
        raise Hint("The sentences are the same. Is what a position may look at the same, too?")
