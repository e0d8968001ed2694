"""One honest sentence on a question, for a clinician and for a patient; never a word stronger than the certainty.

The scheme is GRADE's informative statements, size of effect by certainty (Santesso N et al. GRADE guidelines 26.
J Clin Epidemiol 2020;119:126-135): high "reduces", moderate "probably reduces", low "may reduce", very low "the
evidence is very uncertain about the effect"; "slightly", nothing, or "a large" for the size, "little to no difference"
for a trivial effect. House rules where the scheme is silent, all of them on the careful side:

- An interval that includes no effect is told as "may make little or no difference, and a benefit or a harm cannot be
  ruled out" at every level above very low; "probably no difference" would be more than such an interval says.
- Studies in which nobody was assigned to anything tell of an association, whatever their certainty.
- Without a rated certainty there is no present tense: what was found is told in the past tense.
- A change without a comparison group is told as one.
- "No study of the base" is all that an empty question says; others may have studied it.

For patients the reading level is a US 8th grade or below (Flesch-Kincaid), as tests measure over the whole vocabulary.
Labels come through as they are; whoever writes HTML escapes them.
"""

from __future__ import annotations

from kb.answers.words_clinician import clinician
from kb.answers.words_patient import patient
from kb.answers.words_told import Absolute, Told

__all__ = ["Absolute", "Told", "clinician", "patient"]
