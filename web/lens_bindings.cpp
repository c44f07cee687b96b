// What the page may ask about an address: what it is on every level. The names and shapes are those of
// page/engine.ts. An address is a string of base 16: a number of the page holds 53 bits only.
#include <emscripten/bind.h>

#include <string>

#include "engine/core/address_text.h"
#include "ui/address_lens.h"
#include "ui/app.h"
#include "web/main_web.h"
#include "web/values.h"

namespace pageframe::web {
namespace {

std::string address_or_none(std::uint64_t address) { return address == ui::no_address ? "" : hex_address(address); }

/// Of what is picked, or else of the step.
val lens() {
    const ui::Playback* playback = the_app().playback();
    val value = val::object();
    val levels = val::array();
    ui::Lens lens;
    if (playback != nullptr) {
        const ui::Highlighting& highlight = the_app().highlighting();
        const std::uint64_t address = ui::address_to_look_at(*playback, highlight, the_app().slab_focus());
        if (address != ui::no_address)
            lens = ui::look_through(playback->state(), playback->session(), address,
                                    ui::access_of(*playback, highlight).space);
    }
    for (const ui::LensLevel& level : lens.levels) {
        val row = val::object();
        row.set("text", level.text);
        row.set("detail", level.detail);
        row.set("role", std::string(role_name(level.role)));
        row.set("address", address_or_none(level.address));
        row.set("pfn", level.pfn);
        levels.call<void>("push", row);
    }
    value.set("address", address_or_none(lens.address));
    value.set("levels", levels);
    return value;
}

val read_address(const std::string& text) {
    val value = val::object();
    if (the_app().playback() == nullptr) return value;
    const ui::LensQuery query =
        ui::read_lens_query(text, the_app().playback()->state(), the_app().playback()->session());
    value.set("problem", query.problem);
    value.set("address", address_or_none(query.address));
    return value;
}

}  // namespace

EMSCRIPTEN_BINDINGS(pageframe_lens) {
    emscripten::function("lens", &lens);
    emscripten::function("readAddress", &read_address);
}

}  // namespace pageframe::web
