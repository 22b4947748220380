"""From the MyST of a page to plain Markdown, for Colab; references become links into the published book.

A construct that is not known here is an error with its file and line, so that nothing is shown raw.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from chapters import EQUATION, ROOT, Target, book_address, targets, title
from docutils.nodes import make_id
from pybtex.database import Entry, parse_file
from pybtex.richtext import Text

from xlmtut.published import errata

ADMONITIONS = ("admonition", "note", "tip", "warning", "important", "seealso")
FENCE = re.compile(r"(\s*)(`{3,}|:{3,})\s*(?:\{([\w:-]+)\}\s*)?(.*)$")
INLINE = re.compile(
    r"(?P<escape>\\.)"
    r"|\{(?P<role>[\w:-]+)\}(?P<ticks>`+)(?P<content>.+?)(?P=ticks)"
    r"|(?P<code>(?P<quote>`+)(?!`).+?(?<!`)(?P=quote)(?!`))"
    r"|(?P<math>\$\$.+?\$\$|\$[^$]+\$)"
    r"|(?P<image>!\[[^\]]*\]\([^)]*\))"
    r"|\[(?P<words>(?:[^\[\]`]|`[^`]*`)*)\]\((?P<link>[^()\s]+)\)",
    re.S,
)
NOT_ALLOWED = {
    "substitution": re.compile(r"\{\{"),
    "footnote": re.compile(r"\[\^"),
    "role": re.compile(r"\{[\w:-]+\}`"),
}


class UnknownConstruct(ValueError):
    """Something in a page that has no plain form yet; the message names the file and the line."""


@dataclass(frozen=True)
class Book:
    """What the text of one page may refer to: the labels, titles and references of all pages."""

    root: Path = ROOT

    @cached_property
    def address(self) -> str:
        """Where the book is published."""
        return book_address(self.root)

    @cached_property
    def targets(self) -> dict[str, Target]:
        """All labels."""
        return targets(self.root)

    @cached_property
    def references(self) -> dict[str, Entry]:
        """The bibliography."""
        return dict(parse_file(self.root / "book" / "references.bib").entries)

    def title(self, page: str) -> str:
        """The title of a page."""
        return title((self.root / f"{page}.md").read_text(encoding="utf-8"))

    def url(self, page: str, anchor: str = "") -> str:
        """The address of a place in the published book."""
        return f"{self.address}{page}.html" + (f"#{anchor}" if anchor else "")

    def authors_and_year(self, key: str) -> tuple[str, str]:
        """How a reference is cited."""
        entry = self.references[key]
        names = [str(Text(" ").join(person.rich_last_names)) for person in entry.persons["author"]]
        listed = (
            names[0] if len(names) == 1 else " and ".join(names) if len(names) == 2 else f"{names[0]} et al."
        )
        return listed, entry.fields["year"]


@dataclass
class Converter:
    """Turns the text of one page into plain Markdown, block by block."""

    book: Book
    file: Path

    @property
    def page(self) -> str:
        """The page's name in the book."""
        return self.file.relative_to(self.book.root).with_suffix("").as_posix()

    def fail(self, what: str, line: int) -> UnknownConstruct:
        """The error for something at a line."""
        return UnknownConstruct(f"{self.file.relative_to(self.book.root)}:{line}: {what}")

    # ---- blocks ------------------------------------------------------------------------------------------

    def text(self, source: str, line: int) -> str:
        """Convert some lines, the first of which is a line of the file."""
        lines = source.splitlines()
        done: list[str] = []
        paragraph: list[str] = []
        position = 0

        def flush() -> None:
            if paragraph:
                done.append(self.inline("\n".join(paragraph), line + position - len(paragraph)))
                paragraph.clear()

        while position < len(lines):
            current = lines[position]
            if (fence := FENCE.match(current)) and (fence[3] or fence[2][0] == ":" or "`" not in fence[4]):
                flush()
                end = self.end_of(fence[2], lines, position, line)
                body = [row.removeprefix(fence[1]) for row in lines[position + 1 : end]]
                block = self.block(fence, body, line + position)
                done.append("\n".join((fence[1] + row).rstrip() for row in block.splitlines()))
                position = end + 1
            elif current.lstrip().startswith("$$"):
                flush()
                end = position
                while not re.search(
                    r"\$\$(\s*\([\w:-]+\))?\s*$", lines[end].lstrip()[2 * (end == position) :]
                ):
                    end += 1
                    if end == len(lines):
                        raise self.fail("$$ without an end", line + position)
                done.append(self.equation("\n".join(lines[position : end + 1])))
                position = end + 1
            elif re.match(r"\([\w:-]+\)=\s*$", current) or current.startswith("% "):
                flush()  # a label or a comment: nothing to show
                position += 1
            elif current.startswith(": "):
                raise self.fail("definition list has no plain form", line + position)
            elif not current.strip():
                flush()
                done.append("")
                position += 1
            else:
                paragraph.append(current)
                position += 1
        flush()
        return re.sub(r"\n{3,}", "\n\n", "\n".join(done)).strip("\n")

    def end_of(self, marks: str, lines: list[str], start: int, line: int) -> int:
        """Where a fence ends."""
        for position in range(start + 1, len(lines)):
            candidate = lines[position].strip()
            if set(candidate) == {marks[0]} and len(candidate) >= len(marks):
                return position
        raise self.fail(f"{marks} without an end", line + start)

    def block(self, fence: re.Match[str], body: list[str], line: int) -> str:
        """Convert one fenced block."""
        name, argument = fence[3], fence[4].strip()
        if name is None:
            if fence[2][0] == ":":
                raise self.fail(f"block without a name: {fence[0].strip()}", line)
            return "\n".join([fence[2] + argument, *body, fence[2]])  # plain code
        options: dict[str, str] = {}
        first = line + 1
        while body and (option := re.match(r":([\w-]+):\s*(.*)$", body[0])):
            options[option[1]] = option[2]
            body, first = body[1:], first + 1
        if name in ADMONITIONS:
            heading = (
                self.inline(argument, line) if name == "admonition" else name.replace("seealso", "see also")
            )
            return quote(f"**{heading[0].upper()}{heading[1:]}**\n\n{self.text(chr(10).join(body), first)}")
        if name == "mermaid":
            where = f"*Diagram ([drawn in the book]({self.book.url(self.page)})):* {options.get('alt', '')}"
            return "\n".join([where, "", "```mermaid", *"\n".join(body).strip().splitlines(), "```"])
        if name == "erratum":
            row = errata()[int(argument) - 1]
            says, right = (self.inline(text, line) for text in (row.says, row.correct))
            heading = f"**Erratum {row.number} · source, section {', '.join(row.sections)}**"
            return quote(f"{heading}\n\n**The source says:** {says}\n\n**Correct:** {right}")
        raise self.fail(f"unknown directive {{{name}}}", line)

    def equation(self, block: str) -> str:
        """A displayed formula; its label becomes the number it has in the book."""
        label = EQUATION.search(block)
        if label is None:
            return block
        number = self.book.targets[label[1]].words
        indent = block[: len(block) - len(block.lstrip())]
        return f"{block[: label.start()].rstrip()}\n{indent}\\tag{{{number.strip('()')}}}\n{indent}$$"

    # ---- inline ------------------------------------------------------------------------------------------

    def inline(self, text: str, line: int) -> str:
        """Convert the roles and links of a paragraph."""
        done, position = [], 0
        for match in INLINE.finditer(text):
            done.append(self.checked(text[position : match.start()], line + text.count("\n", 0, position)))
            at = line + text.count("\n", 0, match.start())
            if match["image"]:
                raise self.fail("image has no plain form", at)
            if match["role"]:
                done.append(self.role(match["role"], match["content"], at))
            elif match["link"]:
                done.append(f"[{self.inline(match['words'], at)}]({self.link(match['link'], at)})")
            else:
                done.append(match[0])
            position = match.end()
        done.append(self.checked(text[position:], line + text.count("\n", 0, position)))
        return "".join(done)

    def checked(self, text: str, line: int) -> str:
        """Text without markup; refuse what MyST would treat specially."""
        for what, pattern in NOT_ALLOWED.items():
            if match := pattern.search(text):
                raise self.fail(f"{what} has no plain form", line + text.count("\n", 0, match.start()))
        return text

    def link(self, target: str, line: int) -> str:
        """The address a link leads to."""
        if re.match(r"(https?|mailto):", target):
            return target
        file, _, label = target.partition("#")
        if not label and (self.file.parent / file).suffix == ".md" and (self.file.parent / file).exists():
            return self.book.url(self.beside(file.removesuffix(".md")))
        found = self.book.targets.get(label)
        if found and (not file or found.page == self.beside(file.removesuffix(".md"))):
            return self.book.url(found.page, found.anchor)
        raise self.fail(f"link to nowhere: {target}", line)

    def beside(self, name: str) -> str:
        """The page with this name in the folder of this one."""
        return (self.file.parent / name).relative_to(self.book.root).as_posix()

    def role(self, name: str, content: str, line: int) -> str:
        """The plain form of a role."""
        words, label = content, content
        if explicit := re.fullmatch(r"(.+?)\s*<(.+)>", content, re.S):
            words, label = explicit[1], explicit[2]
        if name in ("cite:p", "cite:t"):
            return self.citation(name, [key.strip() for key in content.split(",")], line)
        if name in ("eq", "numref", "ref"):
            if label not in self.book.targets:
                raise self.fail(f"no label {label}", line)
            target = self.book.targets[label]
            words = words.replace("%s", target.words.removeprefix("Fig. ")) if explicit else target.words
            return f"[{words}]({self.book.url(target.page, target.anchor)})"
        if name == "doc":
            page = self.beside(label.removesuffix(".md"))
            return f"[{words if explicit else self.book.title(page)}]({self.book.url(page)})"
        if name == "glue:text":
            return f"`{content.partition(':')[0]}`"  # the cell that glues it prints it under this name
        if name == "runtime":
            return f"[the time on the status page]({self.book.url(self.beside('status'))})"
        if name == "term":
            return f"[{words}]({self.book.url(self.beside('glossary'), make_id(f'term-{label}'))})"
        raise self.fail(f"unknown role {{{name}}}", line)

    def citation(self, name: str, keys: list[str], line: int) -> str:
        """Authors and years, linked to the bibliography."""
        address = self.book.url(self.beside("bibliography"))
        cited = []
        for key in keys:
            if key not in self.book.references:
                raise self.fail(f"no reference {key}", line)
            authors, year = self.book.authors_and_year(key)
            cited.append(
                f"[{authors}, {year}]({address})" if name == "cite:p" else f"[{authors} ({year})]({address})"
            )
        listed = "; ".join(cited)
        return f"({listed})" if name == "cite:p" else listed


def quote(text: str) -> str:
    """A block quote."""
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())
