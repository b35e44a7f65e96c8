#pragma once
// The machine's files, for tests that want one thing of them to be different.
#include "surefoot/base/forwarding_files.h"

namespace surefoot::testing {
using surefoot::ForwardingFiles;
}
