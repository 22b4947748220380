"""The checks of chapter 4, mathematics."""

from __future__ import annotations

import math

import torch

from xlmtut.exercises import Hint, call, choice, close, exercise, number, tensor


@exercise("04-1")
def _(answer: object) -> None:
    """Accept the output of one query that meets two keys."""
    output = tensor(answer, shape=(2,), what="a list of two numbers")
    if close(output, [0.75, 0.25]):
        raise Hint("These are the right weights. The output is the mean of the values under them.")
    if close(output, [3.6, 0.8]):
        raise Hint("Your scores are the plain dot products. What does the formula divide them by?")
    if close(output, [4.0, 0.0]):
        raise Hint("You picked the value with the best score. The softmax leaves some weight to the other.")
    if close(output, [2.0, 4.0]):
        raise Hint("You gave both keys the same weight. Do their scores agree?")
    if close(output, [4 * math.log(3), 0.0]):
        raise Hint("You weighted the values by the scores themselves. The softmax is missing.")
    if not close(output, [3.0, 2.0]):
        raise Hint("Divide each dot product by the root of d_k, then remember that exp(ln 3) = 3.")


@exercise("04-2")
def _(answer: object) -> None:
    """Accept the standard deviation of a dot product."""
    divisor = number(answer)
    if close(divisor, 8):
        raise Hint("That is right for entries of variance 1. Here one product has another variance.")
    if close(divisor, 64 * 36):
        raise Hint("That is the variance. Dividing by a number divides the variance by its square.")
    if close(divisor, 6) or close(divisor, 36):
        raise Hint("That belongs to one product. A score is a sum of 64 of them.")
    if close(divisor, 8 * 36):
        raise Hint("You multiplied by the variance of one product after taking the root. Take the root last.")
    if close(divisor, math.sqrt(64 * 13)):
        raise Hint("You added the two variances. What is the variance of a product of independent numbers?")
    if not close(divisor, 48):
        raise Hint("First find the variance of one product, then of the sum of all, then take its root.")


@exercise("04-3")
def _(answer: object) -> None:
    """Accept a function that multiplies by the softmax's Jacobian, over the last axis of any shape."""
    generator = torch.Generator().manual_seed(3)
    for shape in ((5,), (3, 4), (2, 3, 3, 3)):
        a = torch.randn(shape, generator=generator).softmax(dim=-1)
        a_bar = torch.randn(shape, generator=generator)
        inner = a * a_bar
        result = tensor(call(answer, a.clone(), a_bar.clone()), shape=shape)
        if close(result, inner - a * inner.sum(dim=-1, keepdim=True)):
            continue
        if close(result, inner):
            raise Hint(
                "You kept only diag(a). Raising one score also lowers the other weights: a term is missing."
            )
        if close(result, a * (1 - a) * a_bar):
            raise Hint("You used the diagonal of the matrix of derivatives. Its other entries are not zero.")
        if close(result, a * (a_bar - a_bar.sum(dim=-1, keepdim=True))):
            raise Hint("The sum that you subtract is not weighted. It should be the mean of a_bar under a.")
        if close(result, a * (a_bar - inner.sum())):
            raise Hint("You summed over all rows together. Every row has a sum of its own.")
        raise Hint(f"Wrong for inputs of shape {shape}. Compare with what autograd gives for a.softmax(-1).")


@exercise("04-4")
def _(answer: object) -> None:
    """Accept the one matrix of four that is a matrix of inner products."""
    letter = choice(answer, "abcd")
    if letter == "a":
        raise Hint("Symmetric, yes. Now compare the product off the diagonal with the one on it.")
    if letter == "b":
        raise Hint("Does the first word score the second as the second scores the first?")
    if letter == "d":
        raise Hint("What is an entry on the diagonal the square of?")


@exercise("04-5")
def _(answer: object) -> None:
    """Accept the number of parameters of a decoder layer as a function of d."""
    near_misses = [
        (12, 13, "That is an encoder layer. What does cross-attention add?"),
        (16, 17, "Right but for one thing: how many normalisations has the layer?"),
        (16, 13, "The second attention has biases too, and a normalisation follows it."),
        (16, 15, "Do the maps of the second attention have biases?"),
        (16, 0, "The matrices are right. Biases and normalisations are parameters too."),
        (16, 10, "The matrices are right. Count the vectors again: biases, and γ and β of each LN."),
        (15, 18, "Cross-attention has four maps, too: the queries come from the decoder's own states."),
    ]
    for d in (16, 64, 1024):
        count = number(call(answer, d))
        if count == 16 * d**2 + 19 * d:
            continue
        for square, linear, hint in near_misses:
            if count == square * d**2 + linear * d:
                raise Hint(hint)
        raise Hint(f"Wrong for d = {d}. Write a row for each line of the equation: matrices, then vectors.")


@exercise("04-6")
def _(answer: object) -> None:
    """Accept the exponent that gives the small language a tenth of the batches."""
    alpha = number(answer)
    if not 0 <= alpha <= 1:
        raise Hint("The exponent lies between 0 (all languages alike) and 1 (as the data).")
    small = 0.01**alpha / (0.01**alpha + 0.99**alpha)
    if not close(alpha, math.log(9) / math.log(99), tolerance=1e-3):
        raise Hint(f"With your exponent the small language gets {small:.1%} of the batches.")
