// The engine's values as plain JavaScript values: the shapes of page/engine.ts.
#pragma once

#include <optional>
#include <vector>

#include <emscripten/val.h>

#include "engine/scenario/diagnostics.h"
#include "engine/session/session.h"
#include "ui/playback.h"

namespace pageframe::web {

using emscripten::val;

/// "taken", "changed", ...
const char* role_name(Role role);
val to_value(const Diagnostic& diagnostic);
val to_value(const std::vector<Diagnostic>& diagnostics);
val to_value(const Sentence& sentence);
val to_value(Position position);

/// Everything that HTML shows of the position.
val step_value(ui::Playback& playback);
val log_values(Session& session, OperationNumber from, OperationNumber count);
val mark_values(const Session& session);
val zone_values(const State& state);

}  // namespace pageframe::web
