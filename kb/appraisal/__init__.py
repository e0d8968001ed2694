"""How far evidence can be trusted: level by design, risk of bias as people judged it, signals, certainty."""
