// The pictures of addresses: which access a step is about, where the walk's parts stand, what the plot of
// misses sums up; and that they are drawn at every size.
#include <gtest/gtest.h>

#include "tests/ui/headless.h"
#include "ui/access.h"
#include "ui/views/misses_view.h"
#include "ui/views/tlb_structure.h"
#include "ui/views/vmalloc_frames.h"
#include "ui/views/vmalloc_region.h"
#include "ui/views/walk_layout.h"
#include "ui/views/walk_parts.h"
#include "ui/wrapped_text.h"

namespace pageframe::ui {
namespace {

constexpr const char* four_accesses = "machine { ram = 64M; cpus = 2; seed = 1; }\n"
                                      "char *v = vmalloc(3 * PAGE_SIZE);\n"  // 0
                                      "v[0x1234] = 42;\n"                    // 1: a walk
                                      "v[0x1235] = 43;\n"                    // 2: a hit
                                      "note(\"Hit.\");\n"                    // 3
                                      "v[3 * PAGE_SIZE] = 1;\n"              // 4: the guard page
                                      "char *k = kmalloc(100, GFP_KERNEL);\n"
                                      "k[1] = 1;\n"  // 6: the direct map
                                      "on_cpu(1) { v[0] = 7; }\n"
                                      "vfree(v);\n";

constexpr float row_of_text = 20;

class AccessTest : public testing::Test {
protected:
    explicit AccessTest(const char* text = four_accesses) : playback(Session::from_scenario(text)) {
        EXPECT_TRUE(playback.session().errors().empty());
    }
    Access at(OperationNumber operation, std::uint32_t event) {
        playback.seek({operation, event});
        return access_of(playback, highlight);
    }
    /// The position after the first event of this name in the operation.
    std::uint32_t after(OperationNumber operation, std::string_view name) {
        const auto events = playback.session().timeline().events_of(operation);
        for (std::size_t i = 0; i < events.size(); ++i)
            if (event_name(events[i]) == name) return static_cast<std::uint32_t>(i + 1);
        ADD_FAILURE() << "no " << name << " in operation " << operation;
        return 0;
    }

    Playback playback;
    Highlighting highlight;
    const std::uint64_t v = layout::vmalloc_start;
};

TEST_F(AccessTest, AWalkIsReadLevelByLevel) {
    const std::uint32_t first = after(1, "WalkStep");
    for (unsigned step = 0; step < 4; ++step) {
        const Access access = at(1, first + step);
        EXPECT_EQ(access.address, v + 0x1234);
        EXPECT_EQ(access.source, AddressSource::step);
        EXPECT_EQ(access.kind, AccessKind::store);
        EXPECT_EQ(access.progress, WalkProgress::begun);
        EXPECT_EQ(access.reading, static_cast<Level>(3 - step));
        for (Level level = 0; level <= top_level; ++level)
            EXPECT_EQ(access.read[level].has_value(), level >= 3 - step) << "level " << int{level};
        EXPECT_FALSE(access.physical) << "not there yet";
    }
    const Access whole = at(2, 0);
    EXPECT_EQ(whole.address, v + 0x1234);
    EXPECT_FALSE(whole.reading) << "the whole operation is the step";
    ASSERT_TRUE(whole.physical);
    EXPECT_EQ(*whole.physical % page_size, 0x234U);
    EXPECT_EQ(whole.value, 42U);
    EXPECT_EQ(whole.fills.size(), 2U);
}

TEST_F(AccessTest, AHitAvoidsTheWalk) {
    const Access access = at(2, after(2, "UseEntry"));
    EXPECT_EQ(access.progress, WalkProgress::avoided);
    ASSERT_TRUE(access.hit);
    EXPECT_EQ(access.hit->address, v + 0x1235);
    EXPECT_EQ(access.missed, 0);
    EXPECT_EQ(at(4, 0).address, v + 0x1235) << "a note speaks about the call before it";
}

TEST_F(AccessTest, AFaultHasItsReason) {
    const Access access = at(5, 0);
    ASSERT_TRUE(access.fault);
    EXPECT_EQ(access.fault->reason, FaultReason::not_present);
    EXPECT_EQ(access.fault->error_code, fault::write);
    EXPECT_EQ(access.address, v + 3 * page_size);
}

class AccessOfNothing : public AccessTest {
protected:
    AccessOfNothing()
        : AccessTest("machine { ram = 64M; }\n"
                     "int *nothing = NULL;\n"
                     "*nothing = 5;\n"                                          // 0
                     "*(int *)0x900000000000 = 1;\n"                            // 1
                     "char *page = (char *)get_zeroed_page(GFP_KERNEL);\n") {}  // 2
};

TEST_F(AccessOfNothing, NullAndWhatIsNoAddressAreWalked) {
    Access access = at(1, 0);
    EXPECT_EQ(access.source, AddressSource::step);
    EXPECT_EQ(access.address, 0U);
    ASSERT_TRUE(access.fault);
    EXPECT_EQ(access.fault->reason, FaultReason::null_pointer);
    access = at(2, 0);
    EXPECT_EQ(access.address, 0x900000000000U);
    ASSERT_TRUE(access.fault);
    EXPECT_EQ(access.fault->reason, FaultReason::not_canonical);
    EXPECT_NE(at(3, 0).address, 0U) << "cleared by the kernel, through no address of the scenario's";
    highlight.set_selected(no_pfn, 0);
    EXPECT_EQ(at(3, 0).source, AddressSource::selected);
    EXPECT_EQ(at(3, 0).address, 0U);
    EXPECT_EQ(count_translations(playback.state()).faults, 2U);
}

/// Is something drawn there, in this colour or in any?
bool is_drawn(const Rectangle& place, const Colour* colour = nullptr) {
    const auto same = [&](Colour drawn) { return colour == nullptr || (drawn & 0xffffff) == (*colour & 0xffffff); };
    for (const ImDrawList* list : ImGui::GetDrawData()->CmdLists)
        for (const ImDrawVert& vertex : list->VtxBuffer)
            if (place.contains({vertex.pos.x, vertex.pos.y}) && same(vertex.col)) return true;
    return false;
}

TEST(AddressViews, OfWhatIsNoAddressNoTableIsRead) {
    HeadlessApp app;
    app->show(Session::from_scenario("machine { ram = 64M; }\n"
                                     "char *v = vmalloc(4096);\n"
                                     "v[4096] = 1;\n"
                                     "*(int *)0x900000000000 = 1;\n"));
    app->set_view_rectangle("walk", {0, 0, 1000, 500});
    const Rectangle tables{80, 110, 640, 250};
    const Colour mistake =
        palette_of(app->ground() == palette_of(Theme::dark).ground ? Theme::dark : Theme::light).mistake;
    app->playback()->seek({2, 0});
    app.settle();
    EXPECT_TRUE(is_drawn(tables, &mistake)) << "the guard page's empty entry";
    app->playback()->seek({3, 0});
    app.settle();
    EXPECT_FALSE(is_drawn(tables, &mistake));
}

TEST(AddressViews, CpusAreChosenWithinTheTlbsPlace) {
    HeadlessApp app(1024, 700);
    app->show(Session::from_scenario("machine { ram = 64M; cpus = 16; }\n"
                                     "char *v = vmalloc(4096);\n"
                                     "on_cpu(15) v[0] = 1;\n"));
    app->set_view_rectangle("tlb", {739, 128, 269, 200});
    app->playback()->seek({2, 0});
    app.settle();
    EXPECT_TRUE(is_drawn({739, 100, 285, 250}));
    EXPECT_FALSE(is_drawn({100, 100, 630, 250}));
}

TEST_F(AccessTest, TheDirectMapHasNoTables) {
    const Access access = at(7, 0);
    EXPECT_TRUE(access.direct_map);
    EXPECT_EQ(access.physical, access.address - layout::direct_map);
}

TEST_F(AccessTest, AnotherCpuIsNamed) { EXPECT_EQ(at(8, 0).cpu, 1); }

TEST_F(AccessTest, WhatIsPickedComesFirstUntilTheNextStep) {
    playback.seek({2, 0});
    highlight.set_step(playback.highlight());
    highlight.set_selected(no_pfn, v + 0x2000);
    EXPECT_EQ(access_of(playback, highlight).address, v + 0x2000);
    EXPECT_EQ(access_of(playback, highlight).source, AddressSource::selected);
    playback.seek({3, 0});
    highlight.set_step(playback.highlight());
    EXPECT_EQ(access_of(playback, highlight).address, v + 0x1235);
}

TEST_F(AccessTest, BeforeTheRunThereIsNoAddress) { EXPECT_EQ(at(0, 0).source, AddressSource::nothing); }

TEST_F(AccessTest, AfterVfreeATranslationIsStale) {
    const auto stale_on = [&](CpuId cpu) {
        const State& state = playback.state();
        unsigned count = 0;
        for (TlbSlot slot = 0; slot < state.tlb.entries_per_cpu; ++slot)
            count += is_stale(state, cpu, state.tlb.entry(cpu, slot));
        return count;
    };
    playback.seek({8, 0});
    EXPECT_EQ(stale_on(0) + stale_on(1), 0U) << "that of the direct map neither";
    playback.move(Move::last);
    EXPECT_EQ(stale_on(0), 2U) << "on both levels";
    EXPECT_EQ(stale_on(1), 2U);
}

TEST_F(AccessTest, MissesOfTheRunAddUpToTheCounts) {
    playback.move(Move::last);
    const Landscape::Translations all = count_translations(playback.state());
    EXPECT_EQ(all.walks, 4U) << "for v, for the guard page (a fault), for k, for v on the other CPU";
    EXPECT_EQ(all.first_level, 1U);
    for (const std::size_t most : {1U, 2U, 3U, 100U}) {
        Landscape::Translations sum;
        OperationNumber end = 0;
        for (const MissBin& bin : miss_bins(playback.session().timeline().landscape(),
                                            playback.session().timeline().operation_count(), most)) {
            EXPECT_EQ(bin.first, end);
            end = bin.end;
            sum.first_level += bin.translations.first_level;
            sum.second_level += bin.translations.second_level;
            sum.walks += bin.translations.walks;
            sum.faults += bin.translations.faults;
        }
        EXPECT_EQ(end, playback.session().timeline().operation_count());
        EXPECT_EQ(sum, all) << most;
    }
}

TEST(EntryText, AnEntryIsResponsibleForItsAddresses) {
    for (const std::uint64_t address : {0xffffc90000001234ULL, 0x00007fff12345678ULL, 0xffffffff80001000ULL}) {
        for (Level level = 0; level <= top_level; ++level) {
            const std::uint64_t first = address_of_entry(address, level, index_at(address, level));
            EXPECT_TRUE(is_canonical(first));
            EXPECT_LE(first, address);
            EXPECT_LT(address - first, level_bytes(level));
            EXPECT_EQ(index_at(address_of_entry(address, level, 511), level), 511U);
        }
    }
    EXPECT_EQ(grouped_entry(0x8000000006b81163ULL), "80000000 06b81 163");
    EXPECT_EQ(bits_of(0b010110000, 9, true), "0 1011 0000");
    EXPECT_EQ(bits_of(0b010110000, 9, false), "010110000");
}

class AddressPictures : public testing::Test {
protected:
    AddressPictures() { app->show(Session::from_scenario(four_accesses)); }
    void place(const Rectangle& area) {
        for (const char* name : {"walk", "vmalloc", "tlb", "misses"}) ASSERT_TRUE(app->set_view_rectangle(name, area));
    }
    HeadlessApp app;
};

TEST_F(AddressPictures, CellsAndPlacesAgree) {
    Text text;
    const Painter painter(*ImGui::GetBackgroundDrawList(), text, palette_of(Theme::dark), 2);
    for (const Rectangle& area : {Rectangle{0, 0, 680, 390}, Rectangle{10, 20, 366, 420}, Rectangle{0, 0, 500, 240}}) {
        for (const Level last : {Level{0}, Level{1}, Level{2}}) {
            const WalkLayout layout = lay_out_walk(painter, area, last);
            for (Level level = last; level <= top_level; ++level) {
                for (const unsigned index : {0U, 1U, 255U, 511U}) {
                    const Rectangle cell = layout.cell(level, index);
                    EXPECT_EQ(layout.entry_at(level, {cell.centre_x(), cell.centre_y()}), index);
                    EXPECT_LE(cell.right(), area.right());
                    EXPECT_LE(cell.bottom(), area.bottom());
                }
                EXPECT_LE(layout.table[level].right(), layout.frame.x) << "tables end before the frame";
                if (level > last) {
                    EXPECT_LE(layout.table[level].right(), layout.table[level - 1].x) << "from left to right";
                }
            }
            EXPECT_GT(layout.offset.width, layout.field[top_level].width * 0.9f);
            EXPECT_LE(layout.offset.right(), area.right() + 0.5f);
        }
    }
}

TEST_F(AddressPictures, OnAPhoneTheEntriesHaveTheirRowsToo) {
    Text text;
    const Painter painter(*ImGui::GetBackgroundDrawList(), text, palette_of(Theme::dark), 2);
    EXPECT_FALSE(lay_out_walk(painter, {0, 0, 366, 470}, 0).rows.empty());
    EXPECT_TRUE(lay_out_walk(painter, {0, 0, 366, 300}, 0).rows.empty()) << "the tables come first";
}

TEST_F(AddressPictures, WhereTheMachineHasNoMemoryTheCardLeadsToNoFrame) {
    const Rectangle area{0, 0, 680, 390};
    app->set_view_rectangle("walk", area);
    app->playback()->move(Move::last);
    app.settle();
    const auto hovered_from_card_of = [&](std::uint64_t address) {
        app->select_address(address);
        app.settle();
        Text text;
        const Painter painter(*ImGui::GetBackgroundDrawList(), text, palette_of(Theme::dark), 1);
        const Rectangle frame = lay_out_walk(painter, area, 1).frame;
        app.point(frame.centre_x(), frame.y + 20);
        app.frame();
        return app->highlighting().hovered_frame();
    };
    EXPECT_EQ(hovered_from_card_of(layout::direct_map + 5000 * page_size), 5000U);
    EXPECT_EQ(hovered_from_card_of(layout::direct_map + 0x10), no_pfn) << "frame 0 is a hole, not memory";
}

TEST_F(AddressPictures, TextThatIsCutEndsInDots) {
    app.frame();
    Text text;
    ImDrawList& list = *ImGui::GetBackgroundDrawList();
    const Painter painter(list, text, palette_of(Theme::dark), 1);
    const auto glyphs = [&](float height) {
        const int before = list.VtxBuffer.Size;
        draw_wrapped(painter, style::words, {0, 0, 4, height}, 0xffffffff, "i i i");
        return (list.VtxBuffer.Size - before) / 4;
    };
    EXPECT_EQ(glyphs(3 * line_pitch), 3);
    EXPECT_EQ(glyphs(2 * line_pitch), 3) << "two of three lines, and dots";
    EXPECT_EQ(glyphs(1 * line_pitch), 2);
}

TEST(TlbPicture, WhatTheTableOfCpusLeavesNoRoomForIsNamedAndCanBeShown) {
    HeadlessApp app;
    app->show(Session::from_scenario("machine { ram = 64M; cpus = 4; seed = 1; }\n"
                                     "char *v = vmalloc(40 * PAGE_SIZE);\n"
                                     "for (int i = 0; i < 40; i++) v[i * PAGE_SIZE] = 1;\n"
                                     "flush_tlb_kernel_range((unsigned long)v, (unsigned long)v + PAGE_SIZE);\n"
                                     "v[0] = 2;\n"));
    app->set_view_rectangle("tlb", {0, 0, 269, 152});
    app->playback()->seek({42, 0});
    app.settle();
    const int with_table = app.vertices();
    app.click(20, 42);
    app.settle();
    EXPECT_GT(app.vertices(), with_table + 2000) << "the grid of the second level";
    app->playback()->seek({43, 0});
    app.settle();
    EXPECT_LT(app.vertices(), with_table + 1000) << "the next step has the table again";
}

TEST(TlbPicture, AStructureWithoutRoomIsNamedThoughNobodyFlushed) {
    HeadlessApp app;
    app->show(Session::from_scenario("machine { ram = 64M; seed = 1; dtlb = { 64, 4 }; }\n"
                                     "char *small = vmalloc(4M);\n"
                                     "char *large = vmalloc_huge(4M, GFP_KERNEL);\n"
                                     "small[0] = 1;\nlarge[0] = 1;\nlarge[1] = 1;\n"));
    const Rectangle area{0, 0, 269, 152};
    app->set_view_rectangle("tlb", area);
    app->playback()->move(Move::last);
    app.settle();
    int at_the_bottom = 0;
    for (const ImDrawList* list : ImGui::GetDrawData()->CmdLists)
        for (const ImDrawVert& vertex : list->VtxBuffer) at_the_bottom += vertex.pos.y > area.bottom() - row_of_text;
    EXPECT_EQ(at_the_bottom, 4 * 15) << "the letters of: STLB 4K 2M: 2 in use";
}

TEST_F(AddressPictures, EveryStepIsDrawnAtEverySize) {
    for (const Rectangle& area : {Rectangle{0, 0, 1, 1}, Rectangle{0, 0, 40, 30}, Rectangle{0, 0, 210, 95},
                                  Rectangle{0, 0, 360, 300}, Rectangle{0, 0, 680, 390}, Rectangle{0, 0, 3000, 2000}}) {
        place(area);
        app->playback()->move(Move::first);
        app.frame();
        while (app->playback()->position().operation < app->playback()->session().timeline().operation_count()) {
            app->playback()->move(Move::next_event);
            app.frame();
            if (area.height >= 300) {
                EXPECT_GT(app.vertices(), 400);
            }
        }
    }
}

TEST_F(AddressPictures, AnArrowGrowsAndThenAllIsStill) {
    place({0, 0, 680, 390});
    app->playback()->seek({1, 4});
    EXPECT_FALSE(app.frame()) << "the first picture is there at once";
    app->playback()->move(Move::next_event);
    EXPECT_TRUE(app.frame());
    app.settle();
    EXPECT_FALSE(app.frame());
    app->set_reduced_motion(true);
    app->playback()->move(Move::next_event);
    EXPECT_FALSE(app.frame());
}

TEST_F(AddressPictures, AClickOnAnEntryPicksItsAddress) {
    const Rectangle area{0, 0, 680, 390};
    app->set_view_rectangle("walk", area);
    app->playback()->seek({2, 0});
    app.settle();
    Text text;
    const Painter painter(*ImGui::GetBackgroundDrawList(), text, palette_of(Theme::dark), 1);
    const Rectangle cell = lay_out_walk(painter, area, 0).cell(0, 2);
    ImGui::GetIO().AddMousePosEvent(cell.centre_x(), cell.centre_y());
    app.frame();
    ImGui::GetIO().AddMouseButtonEvent(0, true);
    app.frame();
    ImGui::GetIO().AddMouseButtonEvent(0, false);
    app.frame();
    app.frame();
    EXPECT_TRUE(app->take_changes().selection);
    EXPECT_EQ(app->selected_address(), layout::vmalloc_start + 0x2000);
}

TEST(VmallocRegion, PartsFollowOneAnotherWithoutGaps) {
    Playback playback(Session::from_scenario("machine { ram = 64M; seed = 1; }\n"
                                             "char *a[6];\n"
                                             "for (int i = 0; i < 6; i++) a[i] = vmalloc((i + 1) * PAGE_SIZE);\n"
                                             "vfree(a[1]);\nvfree(a[4]);\n"));
    ASSERT_TRUE(playback.session().errors().empty());
    playback.move(Move::last);
    const VmallocState& vmalloc = playback.state().vmalloc;
    for (const std::size_t most : {1U, 2U, 3U, 100U}) {
        const Region region = region_around(vmalloc, layout::vmalloc_start + 5 * page_size, most);
        std::size_t areas = 0, lazy = 0;
        for (std::size_t i = 0; i < region.parts.size(); ++i) {
            const RegionPart& part = region.parts[i];
            EXPECT_LT(part.start, part.end);
            if (i > 0) {
                EXPECT_EQ(part.start, region.parts[i - 1].end);
            }
            areas += part.tree != AreaTree::free;
            lazy += part.tree == AreaTree::lazy;
        }
        EXPECT_EQ(areas, std::min<std::size_t>(most, 6));
        EXPECT_EQ(areas + region.before + region.after, 6U);
        if (most >= 6) {
            EXPECT_EQ(lazy, 2U);
            EXPECT_EQ(region.parts.front().start, layout::vmalloc_start);
            EXPECT_EQ(region.parts.back().end, layout::vmalloc_end + 1);
        }
    }
    EXPECT_EQ(gap_text(12 * 1024), "12 KiB");
    EXPECT_EQ(gap_text(32ULL << 40), "32 TiB");
    EXPECT_EQ(gap_text((32ULL << 40) - 43 * page_size), "32 TiB") << "not 31.9";
}

}  // namespace
}  // namespace pageframe::ui
