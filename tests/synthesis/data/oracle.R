# Makes the data sets (*.csv) and the numbers of metafor (oracle.json) that tests/synthesis compares with.
# Run: Rscript tests/synthesis/data/oracle.R tests/synthesis/data
# Needs R with metafor, metadat and jsonlite (Debian: r-base-core r-cran-metafor r-cran-jsonlite).
# The likelihood is maximised tightly: metafor's default threshold (1e-5) leaves 4 to 8 digits of tau2.
suppressPackageStartupMessages({library(metafor); library(jsonlite)})
num <- function(x) unname(as.numeric(x))
folder <- commandArgs(trailingOnly = TRUE)[1]
tight <- function(yi) list(threshold = 1e-13 * max(0.1, var(num(yi))), maxiter = 10000)

numbers <- function(yi, vi) {
  out <- list(yi = num(yi), vi = num(vi))
  for (method in c("REML", "DL", "EE")) for (test in c("z", "knha")) {
    if (method == "EE" && test == "knha") next
    r <- rma(yi, vi, method = method, test = test, control = tight(yi))
    p <- predict(r)
    wide <- qt(0.975, r$k - 2) * sqrt(r$tau2 + r$se^2)  # Higgins, Thompson and Spiegelhalter 2009
    out[[paste(method, test, sep = "_")]] <- list(
      k = r$k, estimate = num(r$beta), se = num(r$se), ci_low = num(r$ci.lb), ci_high = num(r$ci.ub),
      p = num(r$pval), tau2 = num(r$tau2), i2 = num(r$I2), q = num(r$QE), q_p = num(r$QEp),
      prediction_low = num(p$pi.lb), prediction_high = num(p$pi.ub),
      higgins_low = num(r$beta - wide), higgins_high = num(r$beta + wide), weights = num(weights(r)))
  }
  r <- rma(yi, vi, method = "REML", test = "knha", control = tight(yi))
  ci <- confint(r, control = list(tol = 1e-13, maxiter = 10000))$random
  out$tau2_interval <- num(ci["tau^2", c("ci.lb", "ci.ub")])
  out$i2_interval <- num(ci["I^2(%)", c("ci.lb", "ci.ub")])
  if (r$k >= 10) {
    e <- regtest(r, model = "lm")
    fit <- summary(lm(yi ~ sqrt(vi), weights = 1 / vi))$coefficients
    out$egger <- list(bias = num(fit[2, 1]), se = num(fit[2, 2]), t = num(e$zval), df = num(e$dfs), p = num(e$pval),
                      limit = num(fit[1, 1]))
  }
  l <- leave1out(r)
  out$leave_one_out <- list(estimate = num(l$estimate), ci_low = num(l$ci.lb), ci_high = num(l$ci.ub))
  out
}

oracle <- list(metafor = as.character(packageVersion("metafor")), command = paste(
  "Rscript tests/synthesis/data/oracle.R tests/synthesis/data"))
sets <- list()
add <- function(name, source, measure, data, ...) {
  columns <- c(...)
  d <- do.call(escalc, c(list(measure = measure), setNames(lapply(columns, function(n) data[[n]]), names(columns))))
  write.csv(data, file.path(folder, paste0(name, ".csv")), row.names = FALSE, quote = TRUE, na = "")
  sets[[name]] <<- c(list(source = source, measure = measure), numbers(d$yi, d$vi))
}
plain <- function(name, source, measure, d) {
  write.csv(d, file.path(folder, paste0(name, ".csv")), row.names = FALSE, quote = TRUE)
  sets[[name]] <<- c(list(source = source, measure = measure), numbers(d$yi, d$vi))
}

bcg <- with(dat.bcg, data.frame(study = paste(author, year), tpos, tneg, cpos, cneg, alloc))
bcgcite <- "Colditz GA et al. JAMA 1994;271:698-702 (BCG vaccine against tuberculosis)"
for (m in c("RR", "OR", "RD"))
  add(paste0("bcg_", tolower(m)), bcgcite, m, bcg, ai = "tpos", bi = "tneg", ci = "cpos", di = "cneg")
file.rename(file.path(folder, "bcg_rr.csv"), file.path(folder, "bcg.csv"))
invisible(file.remove(file.path(folder, c("bcg_or.csv", "bcg_rd.csv"))))

los <- with(dat.normand1999, data.frame(study = source, m1i, sd1i, n1i, m2i, sd2i, n2i))
loscite <- "Normand SL. Stat Med 1999;18:321-59 (length of stay after stroke)"
for (m in c("MD", "SMD"))
  add(paste0("normand1999_", tolower(m)), loscite, m, los,
      m1i = "m1i", sd1i = "sd1i", n1i = "n1i", m2i = "m2i", sd2i = "sd2i", n2i = "n2i")
file.rename(file.path(folder, "normand1999_md.csv"), file.path(folder, "normand1999.csv"))
invisible(file.remove(file.path(folder, "normand1999_smd.csv")))

add("egger2001", "Egger M, Davey Smith G, Altman DG. Systematic reviews in health care, 2001 (magnesium)", "OR",
    with(dat.egger2001, data.frame(study = paste(study, year), ai, n1i, ci, n2i)), ai = "ai", n1i = "n1i", ci = "ci", n2i = "n2i")
add("damico2009", "D'Amico R et al. Cochrane Database Syst Rev 2009;(4):CD000022 (antibiotic prophylaxis)", "OR",
    with(dat.damico2009, data.frame(study = paste(study, year), ai = xt, n1i = nt, ci = xc, n2i = nc)),
    ai = "ai", n1i = "n1i", ci = "ci", n2i = "n2i")
add("hart1999", "Hart RG et al. Ann Intern Med 1999;131:492-501 (warfarin in atrial fibrillation)", "IRR",
    with(dat.hart1999, data.frame(study = study, x1i, t1i, x2i, t2i)), x1i = "x1i", t1i = "t1i", x2i = "x2i", t2i = "t2i")
add("pritz1997", "Pritz MB. J Neurosurg 1997 (hyperdynamic therapy for vasospasm), as in Zhou XH et al. 1999", "PLO",
    with(dat.pritz1997, data.frame(study = study, xi, ni)), xi = "xi", ni = "ni")
plain("hackshaw1998", "Hackshaw AK. Stat Methods Med Res 1998;7:117-36 (environmental tobacco smoke)", "OR",
      with(dat.hackshaw1998, data.frame(study = paste(author, year), yi = num(yi), vi = num(vi))))
plain("raudenbush1985", "Raudenbush SW, Bryk AS. J Educ Stat 1985;10:75-98 (teacher expectancy)", "SMD",
      with(dat.raudenbush1985, data.frame(study = paste(author, year), yi = num(yi), vi = num(vi))))
plain("pignon2000", "Pignon JP et al. Lancet 2000;355:949-55 (chemotherapy in head and neck cancer)", "HR",
      with(dat.pignon2000, data.frame(study = trial, yi = OmE / V, vi = 1 / V)))
molloy <- escalc(measure = "ZCOR", ri = ri, ni = ni, data = dat.molloy2014)
plain("molloy2014", "Molloy GJ et al. Ann Behav Med 2014;47:294-303 (conscientiousness and adherence)", "ZCOR",
      with(molloy, data.frame(study = paste(authors, year), yi = num(yi), vi = num(vi))))

d <- escalc(measure = "RR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = dat.bcg)
parts <- lapply(split(d, d$alloc), function(s) rma(yi, vi, data = s, control = tight(s$yi)))
est <- sapply(parts, function(r) num(r$beta)); se <- sapply(parts, function(r) num(r$se))
between <- rma(est, sei = se, method = "EE")
oracle$bcg_subgroups <- list(names = names(parts), estimate = num(est), se = num(se), q = num(between$QE),
                             p = num(between$QEp))
oracle$sets <- sets
write_json(oracle, file.path(folder, "oracle.json"), auto_unbox = TRUE, digits = NA, pretty = TRUE)
