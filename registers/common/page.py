"""The page of a register in development: one form to ask it something with a token; or the GraphiQL files that are given."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Page", "page"]

_FORM = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Register</title>
<style>body{font:16px system-ui;margin:2rem auto;max-width:60rem;padding:0 1rem}
textarea,input{width:100%;box-sizing:border-box;font:14px monospace;margin:.25rem 0 1rem}pre{overflow:auto}</style>
<h1>Ask this register</h1>
<form><label>Query <textarea name="query" rows="12">{ __schema { queryType { fields { name } } } }</textarea></label>
<label>Variables <textarea name="variables" rows="3">{}</textarea></label>
<label>Access token <input name="token" autocomplete="off"></label>
<button>Run</button></form>
<pre aria-live="polite"></pre>
<script>
const form = document.querySelector("form"), out = document.querySelector("pre");
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const headers = {"content-type": "application/json"};
  if (form.token.value.trim()) headers.authorization = "Bearer " + form.token.value.trim();
  try {
    const body = JSON.stringify({query: form.query.value, variables: JSON.parse(form.variables.value || "{}")});
    const answer = await fetch("graphql", {method: "POST", headers, body});
    out.textContent = JSON.stringify(await answer.json(), null, 2);
  } catch (error) { out.textContent = String(error); }
});
</script></html>
"""
_POLICY = (
    b"default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    b"frame-ancestors 'none'"
)
_HEADERS = [
    (b"content-security-policy", _POLICY),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
]


@dataclass(frozen=True, slots=True)
class Page:
    media_type: bytes
    body: bytes
    headers: list[tuple[bytes, bytes]]


def page(path: str, assets: Path | None) -> Page | None:
    """The file at `path`: from `assets` when given (its `index.html` at `/`), else the form at `/`."""
    if assets is None:
        return Page(b"text/html; charset=utf-8", _FORM.encode(), _HEADERS) if path == "/" else None
    root = assets.resolve()
    wanted = (root / (path.lstrip("/") or "index.html")).resolve()
    if not wanted.is_relative_to(root) or not wanted.is_file():
        return None
    media = mimetypes.guess_type(wanted.name)[0] or "application/octet-stream"
    return Page(media.encode(), wanted.read_bytes(), _HEADERS)
