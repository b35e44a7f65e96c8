#pragma once
#include "surefoot/runs/summary.h"
#include "surefoot/train/session.h"

namespace surefoot::train {

/// Evaluates the best weights once more for the details, then writes report.html, summary.json and the run_finished
/// event.
runs::Summary finish_run(Session& session);

/// The figures of the run as it stands.
runs::Summary summarise(Session& session);

}  // namespace surefoot::train
