// The application's frame: what is drawn where, from state that it only reads.
//
//     page (HTML)  --set_view_rectangle("memory", ...)-->  App::frame()  -->  draw lists
//
// HTML lays the views out and says where each one stands, in CSS pixels from the
// canvas's upper left corner; the canvas covers the whole page behind it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

struct ImFont;

namespace pageframe::ui {

struct Rectangle {
    float x = 0, y = 0, width = 0, height = 0;
};

enum class Theme : std::uint8_t { Dark, Light };

enum class Face : std::uint8_t { Words, WordsStrong, Code };

class App {
public:
    App();
    ~App();
    App(const App&) = delete;
    App& operator=(const App&) = delete;

    // The font file's bytes are copied. Until a face is given, words stand in for it.
    void set_font(Face face, std::string_view file);
    void set_theme(Theme theme);
    // A rectangle without width hides its view.
    void set_view_rectangle(std::string_view name, Rectangle rectangle);

    // The colour behind everything, as 0xAABBGGRR.
    std::uint32_t ground() const;
    // Would a view at this place use the wheel? If not, the page scrolls.
    bool wants_wheel(float x, float y) const;

    // Between ImGui::NewFrame() and ImGui::Render(). True: something moves, draw
    // the next frame too.
    bool frame();

private:
    Theme theme_ = Theme::Dark;
    ImFont* faces_[3] = {};
    std::map<std::string, Rectangle, std::less<>> views_;
};

} // namespace pageframe::ui
