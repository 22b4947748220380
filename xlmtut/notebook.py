"""Helpers that notebooks call: numbers for the prose, texts side by side, source code, peak memory."""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
from collections.abc import Callable, Mapping, Sequence
from html import escape
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["glue", "language_table", "record_memory", "show_source", "text_table"]


def _in_notebook() -> bool:
    """Whether a Jupyter kernel runs this code (a terminal and a test run do not have one)."""
    if "IPython" not in sys.modules:
        return False
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    return hasattr(shell, "kernel")


def glue(name: str, value: object) -> None:
    """Store a value of the run under a name, for the prose of the book to quote.

    Where the book is built, the value is stored in the notebook and shown only where the prose asks for
    it. Elsewhere (Colab, a terminal) it is printed.

    Parameters
    ----------
    name : str
        A Python identifier such as ``"crossing_length"``.
    value : object
        Usually a number or a string; stored with its ``repr``. A scalar of NumPy or PyTorch
        becomes a Python number.

    Raises
    ------
    ValueError
        If the name is not an identifier.

    Examples
    --------
    >>> glue("crossing_length", 6144)
    crossing_length = 6144
    """
    if not name.isidentifier():
        raise ValueError(f"glue name is {name!r}; expected a Python identifier such as 'crossing_length'")
    if getattr(value, "ndim", None) == 0 and hasattr(value, "item"):
        value = value.item()  # "np.float64(0.5)" could not be formatted in the prose
    if _in_notebook():
        try:
            from myst_nb import glue as store
        except ImportError:
            pass
        else:
            store(name, value, display=False)
            return
    print(f"{name} = {value}")


def text_table(frame: pd.DataFrame) -> Any:
    """A table whose cells are sentences: they are wrapped, not cut, and begin at the left.

    Parameters
    ----------
    frame : pandas.DataFrame
        Lists are written with spaces between their items.

    Returns
    -------
    IPython.display.HTML
        For a cell to show.

    Examples
    --------
    >>> import pandas as pd
    >>> text_table(pd.DataFrame({"text": ["She left <early>."]})).data.count("&lt;early&gt;")
    1
    """
    from IPython.display import HTML

    def written(cell: Any) -> Any:
        return " ".join(map(str, cell)) if isinstance(cell, list) else cell

    table = frame.map(written).to_html(classes="texts", justify="left", border=0)
    return HTML(table)  # type: ignore[no-untyped-call]


def language_table(texts: Mapping[str, str | Sequence[str]], columns: Sequence[str] = ("text",)) -> Any:
    """A table of texts in several languages, each written in its own direction.

    Parameters
    ----------
    texts : mapping of str to str or sequence of str
        By language code: one text, or one for each column.
    columns : sequence of str
        The heads of the columns.

    Returns
    -------
    IPython.display.HTML
        For a cell to show; browsers and screen readers learn which language each text is in.

    Raises
    ------
    ValueError
        If a language has another number of texts than there are columns.

    Examples
    --------
    >>> print(language_table({"ur": "انا خوش ہے۔"}).data.count('dir="rtl"'))
    1
    """
    from IPython.display import HTML

    from xlmtut.languages import language

    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in ("language", *columns))
    body = ""
    for code, text in texts.items():
        cells = [text] if isinstance(text, str) else list(text)
        if len(cells) != len(columns):
            raise ValueError(f"{code!r} has {len(cells)} texts; expected one for each of {list(columns)}")
        direction = "rtl" if language(code).script in ("Arabic", "Hebrew") else "ltr"
        written = "".join(f'<td lang="{code}" dir="{direction}">{escape(cell)}</td>' for cell in cells)
        body += f'<tr><th scope="row">{language(code).name}</th>{written}</tr>'
    table = f'<table class="dataframe texts"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
    return HTML(table)  # type: ignore[no-untyped-call]


def show_source(thing: Callable[..., Any] | type | ModuleType) -> None:
    """Show the source of a function, class or module of the package, highlighted in a notebook.

    Of each docstring only the first line is shown: the rest stands in the API reference.

    Parameters
    ----------
    thing : function, class or module

    Raises
    ------
    ValueError
        If it is none of these, or not written in Python.
    """
    try:
        source = textwrap.dedent(inspect.getsource(thing))
    except (TypeError, OSError):
        raise ValueError(
            f"no Python source for {thing!r}; expected a function, class or module in Python"
        ) from None
    source = _with_short_docstrings(source).rstrip()
    if _in_notebook():
        from IPython.display import Markdown, display

        display(Markdown(f"```python\n{source}\n```"))  # type: ignore[no-untyped-call]
    else:
        print(source)


def _with_short_docstrings(source: str) -> str:
    """Cut every docstring of the source down to its first line."""
    lines = source.splitlines()
    definitions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, definitions)]
    for node in sorted(
        nodes, key=lambda node: node.lineno, reverse=True
    ):  # from the end: line numbers stay true
        first = node.body[0]
        if ast.get_docstring(node) and first.end_lineno is not None and first.end_lineno > first.lineno:
            lines[first.lineno - 1 : first.end_lineno] = [lines[first.lineno - 1].rstrip() + '"""']
    return "\n".join(lines)


def record_memory() -> None:
    """Store the kernel's peak memory so far, in megabytes, as the glued value ``peak_memory_mb``.

    The book's status page reads it from the stored outputs of the executed notebook.
    """
    glue("peak_memory_mb", round(_peak_memory() / 2**20))


def _peak_memory() -> int:
    """Peak resident memory of this process in bytes."""
    status = Path("/proc/self/status")
    if status.exists():  # Linux. ru_maxrss would start from the peak of the process that started this one.
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024
    if sys.platform == "win32":
        return 0
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
