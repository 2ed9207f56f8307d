"""Pure: the band of a score as HTML: moon, word and stars say the same; colour is never alone.

Here and not in a template, where a page's few moons took a tenth of its making.
"""

from typing import Final

from markupsafe import Markup, escape

from web.present import Band

_QUARTERS: Final = (
    ' viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">'
    '<path class="q q1" d="M10 10V2A8 8 0 0 1 18 10Z"/>'
    '<path class="q q2" d="M10 10H18A8 8 0 0 1 10 18Z"/>'
    '<path class="q q3" d="M10 10V18A8 8 0 0 1 2 10Z"/>'
    '<path class="q q4" d="M10 10H2A8 8 0 0 1 10 2Z"/>'
    '<circle cx="10" cy="10" r="8.5"/></svg>\n'
)


def moon_html(stars: int) -> Markup:
    """Return the moon of so many stars."""
    return Markup(f'<svg class="moon" data-stars="{escape(stars)}"{_QUARTERS}')  # noqa: S704 - a number


def band_html(band: Band) -> Markup:
    """Return a score's moon, word and stars."""
    stars = band.stars
    return Markup(  # noqa: S704 - numbers, stars and an escaped word
        f'<span class="band" data-stars="{stars}">{moon_html(stars)}'
        f' <span class="band-word">{escape(band.word)}</span>'
        f' <span class="stars" aria-hidden="true">{band.star_text}</span></span>\n'
    )
