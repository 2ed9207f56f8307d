"""What a browser would send of the forms on a page."""

import html5lib


def fields_of(html: str) -> dict[str, str]:
    """Return the fields of a page's forms of entries and of times, as they stand."""
    tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(html)
    sent: dict[str, str] = {}
    for form in tree.iter("form"):
        if not (form.get("class") or "").startswith(("entries", "times")):
            continue
        for it in form.iter("input"):
            if it.get("type") != "checkbox" or "checked" in it.attrib:
                sent[it.get("name")] = it.get("value", "")
        for it in form.iter("select"):
            chosen = next((one.get("value") for one in it if "selected" in one.attrib), None)
            sent[it.get("name")] = it[0].get("value") if chosen is None else chosen
        for it in form.iter("textarea"):
            sent[it.get("name")] = (it.text or "").removeprefix("\n")
    return sent
