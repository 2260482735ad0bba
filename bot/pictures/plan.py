"""What is to be painted for one answer."""

from dataclasses import dataclass

from msgspec.structs import asdict

from bot.errors import Refused
from bot.openai.catalogue import Catalogue
from bot.openai.catalogue_check import check
from bot.openai.image_types import EditRequest, ImageRequest
from bot.openai.uploads import Upload
from bot.pictures.painting import calls


@dataclass(frozen=True)
class Plan:
    request: ImageRequest
    said: str  # as the thread remembers what was asked
    source: bytes | None = None  # the picture that is edited
    name: str = ""  # of its file
    mask: bytes | None = None
    reword: bool = False

    @property
    def sent(self) -> ImageRequest:
        if self.source is None:
            return self.request
        image = Upload.content(self.name, self.source)
        mask = None if self.mask is None else Upload.content("mask.png", self.mask)
        fields = asdict(self.request) | {"style": None, "moderation": None}  # not known there
        return EditRequest(**fields, image=(image,), mask=mask)

    @property
    def endpoint(self) -> str:
        return "images/generations" if self.source is None else "images/edits"

    def check(self, catalogue: Catalogue) -> None:
        """Before anything is shown. Raises Refused."""
        if not self.request.prompt.strip():
            raise Refused("Say what the picture is to show: the prompt is empty.")
        if self.source is None and self.request.input_fidelity:
            raise Refused("`fidelity` is to a picture to begin with: send that too, as `picture`.")
        model = catalogue.model(self.request.model, "images")
        for request in calls(model, self.sent):
            check(catalogue, model, self.endpoint, asdict(request))
