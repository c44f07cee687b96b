// The page's program has no main(): the page calls start() and the rest of
// bindings.cpp, and frames come from main_loop.cpp.
#include "web/main_web.h"

namespace pageframe::web {

ui::App& the_app() {
    // Lives as long as the page: never destroyed, whatever the order at its end.
    static ui::App& app = *new ui::App;
    return app;
}

}  // namespace pageframe::web
