#!/usr/bin/env python3
"""Makes docs/reference/ from the annotations in processes/api/ (LuaLS: https://luals.github.io/wiki/annotations).

usage: reference.py           write the pages
       reference.py --check   write nothing; exit 1 when a page is not what the annotations say

Both are strict: a function without a description, a parameter that the annotations do not tell (or tell in another order), a type
that is defined nowhere and an annotation of another kind are errors. Needs nothing but Python.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
API, PAGES = ROOT / "processes/api", ROOT / "docs/reference"
ORDER = ["process", "tile", "inputs", "stack", "raster", "library", "array", "focal", "vector", "spectral", "log"]
TITLES = {"library": "The library `raster`", "log": "Log", "vector": "Vectors", "spectral": "Spectral indices",
          "focal": "Neighbourhoods"}
BUILTIN_TYPES = set("any nil boolean number integer string table true false self fun".split())
TAGS = {"class", "field", "param", "return", "operator", "alias", "generic", "overload", "meta"}


class Problems(list):
    def add(self, where, text):
        self.append(f"{where}: {text}")


class Item:
    """What one block of comments documents: a class, a function, or aliases."""

    def __init__(self, where):
        self.where, self.text, self.tags = where, [], []
        self.name, self.arguments = None, None

    def all(self, tag):
        return [value for kind, value in self.tags if kind == tag]


def split_type(text):
    """A type at the start of a text, and the rest: blanks inside brackets and behind the colon of fun() belong to it."""
    depth = 0
    for i, char in enumerate(text):
        depth += (char in "({[<") - (char in ")}]>")
        if char == " " and depth == 0 and text[i - 1] not in ":,|":
            return text[:i], text[i:].strip()
    return text, ""


def read_field(value):
    """`name? type text` as name, whether it is optional, type, text."""
    name, _, rest = value.partition(" ")
    if name.startswith("["):
        name, rest = value[:value.index("]") + 1], value[value.index("]") + 1:].strip()
    kind, text = split_type(rest)
    return name.rstrip("?"), name.endswith("?"), kind, text


def finish(item, code, problems):
    """The item with the name and the arguments of the function (or the variable of the class) behind it."""
    function = re.match(r"function ([\w.:]+)\((.*?)\) end$", code)
    variable = re.match(r"(?:local )?(\w+) = \{\}$", code)
    if function:
        item.name, item.arguments = function[1], [a.strip() for a in function[2].split(",") if a.strip()]
    elif variable:
        item.name = variable[1]
    elif code.strip() and not code.startswith("--"):
        problems.add(item.where, f"what is this? '{code}'")
    return item


def read_file(path, problems):
    """The items of one file, in order."""
    items, item = [], None
    for number, line in enumerate(path.read_text().splitlines(), 1):
        where = f"{path.relative_to(ROOT)}:{number}"
        comment = re.match(r"---(?!-)(?: (?=\S))?(.*)$", line)
        if comment:
            item = item or Item(where)
            tag = re.match(r"@(\w+)\s*(.*)$", comment[1])
            if tag and tag[1] not in TAGS:
                problems.add(where, f"unknown annotation '@{tag[1]}'")
            elif tag:
                item.tags.append((tag[1], tag[2]))
            else:
                item.text.append(comment[1])
        elif item or (line.strip() and not line.startswith("--")):
            items.append(finish(item or Item(where), line, problems))
            item = None
    if item:
        items.append(item)
    return [i for i in items if i.name or i.all("class") or i.all("alias")]


def check_function(item, problems):
    if not "".join(item.text).strip() and item.name not in ("log.info", "log.warn"):
        problems.add(item.where, f"'{item.name}' is not described")
    told = [read_field(value)[0] for value in item.all("param")]
    if told != item.arguments:
        problems.add(item.where, f"'{item.name}' takes ({', '.join(item.arguments)}), told are ({', '.join(told)})")
    if item.text.count("```lua") != item.text.count("```"):
        problems.add(item.where, f"'{item.name}': an example does not end")


class Reference:
    def __init__(self, problems):
        self.problems, self.topics = problems, {}
        for path in sorted(API.glob("*.lua"), key=lambda p: (ORDER.index(p.stem) if p.stem in ORDER else 99, p.stem)):
            self.topics[path.stem] = read_file(path, problems)
        self.classes = {}  # name -> page where it is described
        for topic, items in self.topics.items():
            for item in items:
                for name in item.all("class"):
                    name = name.split(":")[0].strip()
                    if name not in self.classes or item.text:
                        self.classes[name] = topic
                for alias in item.all("alias"):
                    self.classes[alias.split(" ")[0]] = topic
        for items in self.topics.values():
            self.check(items)

    def check(self, items):
        receivers = {item.name for item in items if item.all("class")}
        for item in items:
            if item.arguments is not None:
                check_function(item, self.problems)
                receiver = re.match(r"(\w+)[.:]", item.name)
                if receiver and receiver[1] not in receivers:
                    self.problems.add(item.where, f"'{item.name}': no class belongs to '{receiver[1]}' in this file")
            generic = {g.split(":")[0].strip() for value in item.all("generic") for g in value.split(",")}
            for kind in self.types(item):
                for word in re.findall(r"tw\.\w+|(?<!['\w.])[A-Za-z_]\w*(?!['\w]*\??:)", re.sub(r"'[^']*'", "", kind)):
                    if word not in self.classes and word not in BUILTIN_TYPES | generic:
                        self.problems.add(item.where, f"unknown type '{word}' in '{kind}'")

    @staticmethod
    def types(item):
        yield from (read_field(value)[2] for tag in ("param", "field") for value in item.all(tag))
        yield from (split_type(value)[0] for value in item.all("return"))

    def linked(self, kind):
        """A type as Markdown: simple ones with links, others as code."""
        if re.search(r"[({<']", kind):
            return f"`{kind}`".replace("|", "\\|")
        name = kind.rstrip("?").rstrip("[]")
        if "|" in kind:
            return " or ".join(self.linked(part) for part in kind.split("|"))
        if name in self.classes:
            label = name[3:] + kind[len(name):].rstrip("?")
            return f"[{label}]({self.classes[name]}.md)" + (", or nil" if kind.endswith("?") else "")
        return kind.rstrip("?") + (", or nil" if kind.endswith("?") else "")

    def rows(self, values, head):
        """A table of fields or parameters."""
        yield from ("", f"| {head} | type | what |", "|---|---|---|")
        for value in values:
            name, optional, kind, text = read_field(value)
            text = text.replace("|", "\\|")
            yield f"| `{name}` | {self.linked(kind)} | {('Optional. ' if optional else '') + text}".rstrip() + " |"

    def more_methods(self, item, items):
        """Methods that are told as fields: with their own words, or with a link to the function that names them."""
        prefix = item.all("class")[0].split(":")[0].split(".")[-1] if item.name != item.all("class")[0][3:] else item.name
        for value in item.all("field"):
            name, _, kind, text = read_field(value)
            method = re.match(r"fun\((.*?)\)(?::\s*(.*))?$", kind)
            if not method or not re.match(r"self: ", method[1]) and prefix[0].isupper():
                continue
            called = [read_field(a.strip().replace(":", "", 1))[0] for a in re.split(r", (?=\w+\??:)", method[1])]
            called = [a for a in called if a != "self"]
            other = next((i for i in items if i.arguments is not None and i.name.split(prefix)[0] == ""
                          and f"`{name}`" in " ".join(i.text)), None)
            if not text and not other:
                self.problems.add(item.where, f"'{name}' is not described")
            separator = ":" if method[1].startswith("self") else "."
            see = f"See [{other.name}](#{anchor(other.name)})." if other else ""
            yield f"| `{prefix}{separator}{name}({', '.join(called)})` | {' '.join(filter(None, (text, see)))} |"

    def page_of_class(self, item, items):
        name = item.all("class")[0].split(":")[0].strip()
        yield from ("", f"## {item.name if item.name and name == 'tw.' + item.name.lower() else name[3:]}", "")
        base = re.search(r":\s*(tw\.\w+)", item.all("class")[0])
        if base:
            yield from (f"Everything that a {self.linked(base[1])} has, and:", "")
        yield from (line.replace("```lua", "\n```lua") for line in item.text)
        is_method = re.compile(r"fun\((self: |list: )")
        plain = [value for value in item.all("field") if not is_method.match(read_field(value)[2])]
        if plain:
            yield from self.rows(plain, "field")
        more = list(self.more_methods(item, items))
        if more:
            yield from ("", "| also | what |", "|---|---|", *more)
        operators = [re.match(r"(\w+)", value)[1] for value in item.all("operator")]
        if operators:
            yield from ("", f"Operators: {' '.join('`' + SIGNS[o] + '`' for o in operators)}")

    def page_of_function(self, item):
        params = [read_field(value) for value in item.all("param")]
        results = [split_type(value)[0] for value in item.all("return")]
        signature = ", ".join(f"{name}{'?' if optional else ''}: {kind}" for name, optional, kind, _ in params)
        yield from ("", f"### {item.name}", "", "```lua", f"{item.name}({signature})" +
                    (f": {', '.join(results)}" if results else ""))
        for overload in item.all("overload"):
            yield item.name + re.sub(r"^fun\((self: [\w.]+(, )?)?", "(", overload)
        yield from ("```", "")
        text = item.text
        example = text.index("```lua") if "```lua" in text else len(text)
        yield from text[:example]
        if params:
            yield from self.rows(item.all("param"), "parameter")
        for value in item.all("return"):
            kind, rest = split_type(value)
            yield from ("", f"Returns {self.linked(kind)}{': ' + rest if rest else ''}.")
        if example < len(text):
            yield from ("", *text[example:])

    def page(self, topic):
        items = self.topics[topic]
        yield f"# {TITLES.get(topic, topic.capitalize())}"
        yield from ("", f"*Made by scripts/reference.py from [processes/api/{topic}.lua](../../processes/api/{topic}.lua); "
                    "a test runs every example.*")
        for item in items:
            if item.all("class"):
                yield from self.page_of_class(item, items)
            elif item.arguments is not None:
                yield from self.page_of_function(item)
            for alias in item.all("alias"):
                name, _, kind = alias.partition(" ")
                values = ", ".join(f"`{v}`" for v in re.findall(r"'([^']*)'", kind))
                yield from ("", f"## {name[3:]}", "", "One of " + values + "." if values else f"`{kind}`")

    def index(self):
        yield from ("# What a script can use", "", "*Made by scripts/reference.py.* Your editor knows all of this, too: "
                    "`tilewright types` writes it for the Lua language server (LuaLS).", "")
        for topic, items in self.topics.items():
            names = [item.name for item in items if item.arguments is not None]
            links = ", ".join(f"[{n}]({topic}.md#{anchor(n)})" for n in names)
            yield f"- **[{TITLES.get(topic, topic.capitalize())}]({topic}.md)**{': ' + links if links else ''}"

    def pages(self):
        found = {f"{topic}.md": self.page(topic) for topic in self.topics}
        found["README.md"] = self.index()
        return {name: re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n" for name, lines in found.items()}


SIGNS = {"add": "+", "sub": "-", "mul": "*", "div": "/", "mod": "%", "pow": "^", "unm": "-a", "len": "#", "concat": ".."}


def anchor(name):
    return re.sub(r"[^\w-]", "", name.lower())


def main():
    problems = Problems()
    pages = Reference(problems).pages()
    old = {path.name: path.read_text() for path in PAGES.glob("*.md")}
    changed = sorted(name for name in pages.keys() | old.keys() if pages.get(name) != old.get(name))
    if "--check" in sys.argv:
        for name in changed:
            problems.add(f"docs/reference/{name}", "not what processes/api says; run scripts/reference.py")
    elif not problems:
        PAGES.mkdir(exist_ok=True)
        for name in changed:
            if name in pages:
                (PAGES / name).write_text(pages[name])
            else:
                (PAGES / name).unlink()
            print(f"docs/reference/{name}")
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
