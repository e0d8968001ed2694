"""What every noun shares: immutability, strictness, and the types of single values."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StrictFloat, StrictInt, StrictStr


class Noun(BaseModel):
    """Base of all nouns: immutable, no unknown field, no silent conversion."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


Text = Annotated[StrictStr, Field(min_length=1)]

Id = Annotated[StrictStr, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]

Key = Annotated[StrictStr, Field(pattern=r"^[a-z]+[12][0-9]{3}[a-z]?$")]

Number = StrictFloat | StrictInt

Count = Annotated[StrictInt, Field(ge=0)]

Sha256 = Annotated[StrictStr, Field(pattern=r"^[0-9a-f]{64}$")]
