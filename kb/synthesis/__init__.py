"""Evidence synthesis: effects on one scale, which of them can be compared, and pooling.

==============================  ============================================================================
module                          does
==============================  ============================================================================
:mod:`kb.synthesis.convert`     what studies print -> means, standard deviations, standard errors
:mod:`kb.synthesis.effects`     those -> effect sizes on the analysis scale
:mod:`kb.synthesis.findings`    a finding of the base -> an effect, its direction told
:mod:`kb.synthesis.comparable`  a question -> groups of findings that may be pooled; all others with the reason
:mod:`kb.synthesis.pool`        effects -> a pooled effect
:mod:`kb.synthesis.diagnostics` leave-one-out, subgroups, Egger's test, funnel data
:mod:`kb.synthesis.overlap`     reviews that contain the same primary studies
:mod:`kb.synthesis.network`     which interventions were compared with which
:mod:`kb.synthesis.data`        a CSV file -> effects
==============================  ============================================================================

Importing this package loads none of them: SciPy and PyMARE come with the first pool.
"""
