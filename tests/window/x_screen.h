// An X server of the test's own (Xvfb), events into it by xdotool, and the pixels it shows.
#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "media/picture.h"

namespace studio {

struct Box {
  int x = 0, y = 0, width = 0, height = 0;
  int middle_x() const { return x + width / 2; }
  int middle_y() const { return y + height / 2; }
  bool contains(const Box& inner) const {
    return inner.x >= x && inner.y >= y && inner.x + inner.width <= x + width && inner.y + inner.height <= y + height;
  }
};

class XScreen {
 public:
  // Null: Xvfb or xdotool is not installed, or no server came up; why() says which. `dpi`: what Xft.dpi says.
  static std::unique_ptr<XScreen> start(int width, int height, int dpi, std::string& why);
  ~XScreen();
  XScreen(const XScreen&) = delete;
  XScreen& operator=(const XScreen&) = delete;

  const std::string& name() const { return name_; }  // ":7", for DISPLAY
  // A line for xdotool, such as "mousemove 10 20 click 1"; answered when it was carried out.
  void play(const std::string& line);
  void play(std::vector<std::string> words);
  // Letter by letter, quickly; any text without line breaks.
  void type(const std::string& text) { play(std::vector<std::string>{"type", "--delay", "4", text}); }
  void click(const Box& box) { click(box.middle_x(), box.middle_y()); }
  void click(int x, int y) { play("mousemove " + std::to_string(x) + " " + std::to_string(y) + " click 1"); }
  void move(int x, int y) { play("mousemove " + std::to_string(x) + " " + std::to_string(y)); }
  void key(const std::string& name) { play("key " + name); }
  // Another one from now on, by the name of its layout: "de". Wants setxkbmap and xkbcomp.
  void use_keyboard(const std::string& layout);

  // Paints over all windows, and tells them that what they showed was lost.
  void spoil_all();

  Picture look(Box box);
  Picture look() { return look({0, 0, width_, height_}); }

 private:
  XScreen() = default;
  int width_ = 0, height_ = 0;
  std::string name_;
  pid_t server_ = -1;
  void* display_ = nullptr;
};

}  // namespace studio
