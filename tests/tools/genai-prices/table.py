"""Writes the prices of OpenAI's text models as a Rust table, out of the pinned package genai-prices.

Usage: table.py REQUIREMENTS FOLDER OUT. FOLDER holds the wheel. Nothing of the package is run: its data is read as
syntax. What is not understood ends this with a message, so that no price is made up.
"""

import ast
import re
import sys
import zipfile
from decimal import Decimal
from pathlib import Path

# Tokens of text; the others are prices of single tool calls, which no answer counts.
PRICED = ["input_mtok", "cache_read_mtok", "cache_write_mtok", "output_mtok"]
PASSED_OVER = {"web_searches_kcount", "storage_searches_kcount"}
# Models whose names say that they are about something else than text.
OTHER = re.compile(r"image|audio|realtime|live|tts|transcribe|whisper|search|moderation|embedding|^ft:|\.ft-")
TEXT = re.compile(r"^(gpt-|o[0-9]|codex-|computer-use|chatgpt-)")
DATED = re.compile(r"^\^(?P<name>[a-z0-9.\\-]+)-\\d\{4\}-\\d\{2\}-\\d\{2\}\$$")


def fields(call):
    return {keyword.arg: keyword.value for keyword in call.keywords}


def kind(node):
    return node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else None


def text(node):
    return None if node is None else ast.literal_eval(node)


def provider(tree, name):
    for node in ast.walk(tree):
        if kind(node) == "Provider" and text(fields(node)["id"]) == name:
            return fields(node)
    sys.exit(f"the package has no provider {name}")


def names(clause):
    """Exact names, and names that a date may follow. Broader rules would be a guess, so they are left out."""
    given = fields(clause)
    match kind(clause):
        case "ClauseOr":
            parts = [names(part) for part in given["or_"].elts]
            return [n for part in parts for n in part[0]], [n for part in parts for n in part[1]]
        case "ClauseEquals":
            return [text(given["equals"])], []
        case "ClauseRegex":
            dated = DATED.match(text(given["regex"]))
            return [], [dated["name"].replace("\\.", ".")] if dated else []
        case "ClauseStartsWith" | "ClauseContains" | "ClauseEndsWith" | "ClauseAnd":
            return [], []
        case other:
            sys.exit(f"{other}: no rule for names that is known here")


def amount(node):
    """Dollars per million tokens, as millionths of a dollar."""
    if kind(node) != "Decimal":
        sys.exit(f"{ast.unparse(node)} is no price")
    micro = Decimal(text(node.args[0])) * 1_000_000
    if micro != int(micro) or micro < 0:
        sys.exit(f"{ast.unparse(node)} does not fit in millionths of a dollar")
    return int(micro)


def steps(node):
    """Where a price begins, in input tokens, and how high it is from there."""
    if kind(node) != "TieredPrices":
        return {0: amount(node)}
    given = fields(node)
    tiers = [fields(tier) for tier in given["tiers"].elts]
    return {0: amount(given["base"])} | {text(tier["start"]): amount(tier["price"]) for tier in tiers}


def tiers(price):
    """Rows of (above, input, cached, cache write, output); `None` if this is not about tokens of text alone."""
    given = fields(price)
    if set(given) - set(PRICED) - PASSED_OVER or not {"input_mtok", "output_mtok"} <= set(given):
        return None
    known = {key: steps(given[key]) for key in PRICED if key in given}
    starts = sorted({start for prices in known.values() for start in prices})
    at = lambda prices, start: prices[max(begin for begin in prices if begin <= start)]
    return [(start, *(at(known[key], start) if key in known else None for key in PRICED)) for start in starts]


def since(constraint):
    if constraint is None or (isinstance(constraint, ast.Constant) and constraint.value is None):
        return None
    if kind(constraint) != "StartDateConstraint":
        sys.exit(f"{ast.unparse(constraint)}: no condition that is known here")
    return tuple(text(part) for part in fields(constraint)["start_date"].args)


def prices(node):
    """Rows of (first day, tiers), in the package's order."""
    conditional = node.elts if isinstance(node, ast.List) else []
    rows = [(since(fields(one).get("constraint")), tiers(fields(one)["prices"])) for one in conditional]
    rows = rows or [(None, tiers(node))]
    return None if any(row[1] is None for row in rows) else rows


def models(openai):
    taken = set()
    for model in (fields(node) for node in openai["models"].elts):
        exact, dated = names(model["match"])
        # The package takes the first model that a name fits.
        exact = [name for name in dict.fromkeys(exact) if name not in taken]
        taken.update(exact)
        name = text(model["id"])
        if OTHER.search(name) or not TEXT.match(name) or not (exact or dated):
            continue
        if rows := prices(model["prices"]):
            yield exact, dated, rows


def number(value):
    return "None" if value is None else f"{value:_}"


def some(value):
    return "None" if value is None else f"Some({value:_})"


def rust(exact, dated, rows):
    listed = lambda words: "&[" + ", ".join(f'"{word}"' for word in words) + "]"
    day = lambda date: "None" if date is None else "Some(date({}, {}, {}))".format(*date)
    rates = lambda t: f"rates({number(t[0])}, {number(t[1])}, {some(t[2])}, {some(t[3])}, {number(t[4])})"
    given = [f"price({day(first)}, &[{', '.join(rates(tier) for tier in all_tiers)}])" for first, all_tiers in rows]
    return f"    model({listed(exact)}, {listed(dated)}, &[{', '.join(given)}]),"


def main(requirements, folder, out):
    pin = Path(requirements).read_text()
    package, version = re.search(r"^(genai-prices)==(\S+)", pin, re.M).groups()
    year, month, day = map(int, re.search(r"^# Taken on (\d+)-(\d+)-(\d+)$", pin, re.M).groups())
    wheel = zipfile.ZipFile(Path(folder) / f"genai_prices-{version}-py3-none-any.whl")
    metadata = wheel.read(f"genai_prices-{version}.dist-info/METADATA").decode()
    if "\nLicense-Expression: MIT\n" not in metadata:
        sys.exit("the licence of the package is no longer MIT: look at it before its data is taken")
    openai = provider(ast.parse(wheel.read("genai_prices/data.py")), "openai")
    lines = [
        "//! Prices of OpenAI's text models. Made by `cargo xtask prices`, which overwrites it.",
        "//!",
        f"//! The figures are those of the Python package `{package}` {version}",
        "//! (<https://github.com/pydantic/genai-prices>), Copyright (c) Pydantic Services Inc. 2025 to present, under the",
        "//! MIT License, whose text is that of `LICENSE-MIT`.",
        "",
        "use jiff::civil::date;",
        "",
        "use super::price_list::{Model, PriceSource, model, price, rates};",
        "",
        "pub(super) const SOURCE: PriceSource =",
        f'    PriceSource {{ package: "{package}", version: "{version}", taken: date({year}, {month}, {day}) }};',
        "",
        "pub(super) const MODELS: &[Model] = &[",
        *(rust(*model) for model in models(openai)),
        "];",
    ]
    Path(out).write_text("\n".join(lines) + "\n")


main(*sys.argv[1:])
