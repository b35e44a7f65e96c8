#pragma once
#include <string>

#include "surefoot/train/evaluate.h"
#include "surefoot/train/session.h"

namespace surefoot::train {

/// RUN/report.html as text: the run's log, the confusion matrix and the worst mistakes with their pictures.
std::string render_report(Session& session, const EvalDetails& details);

}  // namespace surefoot::train
