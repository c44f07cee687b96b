// The one application on the page.
#pragma once

#include "ui/app.h"

namespace pageframe::web {

ui::App& the_app();

}  // namespace pageframe::web
