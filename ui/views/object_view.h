// OBJECT: one object byte by byte, and where it lies in its slab.
//
//     OBJECT task[3] · in use                                       ffff888006fb0c30
//      -40  bb bb bb bb bb bb bb bb   red zone        33 of 64 bytes asked for: 31 wasted
//      000  6b 6b 6b 6b 6b 6b 6b 6b   poison  ×128    [##########.........]
//      200  40 08 fb 06 80 88 ff ff   free pointer → object 5
//      408  6b 6b 6b 6b 6b 6b 6b a5   poison          INSIDE THE SLAB          32,768 bytes
//      410  bb bb bb bb bb bb bb bb   red zone        [||||||||||#||||||||||||||||]
//                                                     8 pages              528 B left over
#pragma once

#include "ui/object_layout.h"
#include "ui/view.h"

namespace pageframe::ui {

class ObjectView final : public View {
public:
    std::string_view name() const override { return "object"; }
    void draw(const ViewContext& context) override;
    bool uses_wheel() const override { return overflow_ > 0; }
    void reset() override { scrolled_ = overflow_ = 0; }

private:
    void draw_bytes(const ViewContext& context, ObjectReference object, const Rectangle& area);
    void draw_line(const ViewContext& context, const ObjectBytes& object, const ByteLine& line, Point at,
                   std::uint64_t address, float right) const;
    void draw_use(const ViewContext& context, ObjectReference object, const Rectangle& area) const;
    void draw_slab(const ViewContext& context, CacheId cache, ObjectReference object, const Rectangle& area) const;

    ObjectReference shown_;
    float scrolled_ = 0;
    float overflow_ = 0;
};

}  // namespace pageframe::ui
