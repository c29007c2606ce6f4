// Letters of any script, in prompts and file names: they can be drawn, or the package that brings them is named.
#include <imgui.h>
#include <imgui_internal.h>
#include <imgui_te_context.h>

#include <cstdlib>
#include <fstream>

#include "support/catch.h"
#include "ui/media_files.h"
#include "ui/popup_ref.h"
#include "ui/stage.h"

using namespace studio;

namespace {

struct Letter {
  const char* utf8;
  ImWchar code_point;
  const char* package;  // that brings a font with it
};
constexpr Letter sea{"海", 0x6D77, "fonts-noto-cjk"}, georgian{"ა", 0x10D0, "fonts-noto-core"}, octopus{"🐙", 0x1F419, "fonts-symbola"};

// In every face but that of the icons, with a shape of its own.
bool can_be_drawn(const Letter& letter) {
  std::size_t faces = 0;
  for (ImFont* font : ImGui::GetIO().Fonts->Fonts) {
    if (!font->IsGlyphInFont(letter.code_point)) continue;
    const ImFontGlyph* glyph = font->GetFontBaked(16)->FindGlyphNoFallback(letter.code_point);
    faces += glyph != nullptr && glyph->Visible && glyph->AdvanceX > 0 ? 1 : 0;
  }
  return faces == face_count - 1;
}

void write_prompt(ImGuiTestContext* ctx, const char* text) {
  ctx->ItemClick("//Prompt/**/##prompt");
  ctx->KeyCharsReplace(text);
  ctx->Yield(2);
}

// Fontconfig knows only the theme's own faces while this lives.
struct FewFonts {
  FewFonts() {
    std::ofstream(folder.path() / "fonts.conf") << "<?xml version=\"1.0\"?><!DOCTYPE fontconfig SYSTEM \"fonts.dtd\"><fontconfig>"
                                                   "<dir>/usr/share/fonts/opentype/inter</dir><cachedir>"
                                                << folder.path().string() << "/cache</cachedir></fontconfig>";
    ::setenv("FONTCONFIG_FILE", (folder.path() / "fonts.conf").c_str(), 1);
  }
  ~FewFonts() { ::unsetenv("FONTCONFIG_FILE"); }
  TempFolder folder;
};

}  // namespace

TEST_CASE("Letters of any script that are typed into the prompt are drawn, or the package with their font is named") {
  Stage stage;
  stage.open_fresh_project();
  const bool passed = stage.play("letters", [&](ImGuiTestContext* ctx) {
    const PromptState& prompt = stage.app().prompt();
    for (const Letter& letter : {sea, georgian}) {
      IM_CHECK(!can_be_drawn(letter));  // nothing is brought before it is needed
      write_prompt(ctx, letter.utf8);
      IM_CHECK(stage.wait_until(ctx, [&] { return can_be_drawn(letter) || !prompt.missing_script.empty(); }));
      if (can_be_drawn(letter)) {
        IM_CHECK(prompt.missing_script.empty());
        continue;
      }
      WARN("no font here has " << letter.utf8 << ", so only the sentence was seen");
      ctx->Yield(2);
      IM_CHECK_STR_EQ(prompt.missing_shown.c_str(), (std::string("Install ") + letter.package + " to see these letters.").c_str());
    }
    write_prompt(ctx, "plain");
    ctx->Yield(2);
    IM_CHECK(prompt.missing_shown.empty());
  });
  CHECK(passed);
}

TEST_CASE("Letters that only stand in what shall be avoided, or in one wording, are drawn, or the package with their font is named") {
  const FewFonts few;
  // A service that knows what to avoid, and that nothing is sent to.
  ::setenv("STUDIO_KEY_FAL", "0f1e2d3c-id:4b5a69788796a5b4", 1);
  ::setenv("STUDIO_ENDPOINT_FAL", "http://127.0.0.1:9", 1);
  Stage stage;
  stage.open_fresh_project();
  PromptState& prompt = stage.app().prompt();
  prompt.draft.model = "fal-sdxl";
  prompt.draft.prompt = "a boat";
  prompt.draft.count = 2;
  const bool passed = stage.play("other words", [&](ImGuiTestContext* ctx) {
    const auto names = [&](const Letter& letter) { return prompt.missing_script == std::string("Install ") + letter.package + " to see these letters."; };
    ctx->Yield(2);
    IM_CHECK(prompt.missing_script.empty());
    prompt.draft.avoid = georgian.utf8;
    IM_CHECK(stage.wait_until(ctx, [&] { return names(georgian); }));
    prompt.draft.avoid.clear();
    ctx->Yield(2);
    IM_CHECK(prompt.missing_script.empty());
    prompt.draft.edits[2] = sea.utf8;
    IM_CHECK(stage.wait_until(ctx, [&] { return names(sea); }));
    // A wording that is not sent says nothing.
    prompt.draft.count = 1;
    ctx->Yield(2);
    IM_CHECK(prompt.missing_script.empty());
  });
  CHECK(passed);
  ::unsetenv("STUDIO_KEY_FAL");
  ::unsetenv("STUDIO_ENDPOINT_FAL");
}

TEST_CASE("Letters that an earlier request was to avoid are drawn where its recipe is shown") {
  ::setenv("STUDIO_KEY_FAL", "0f1e2d3c-id:4b5a69788796a5b4", 1);
  ::setenv("STUDIO_ENDPOINT_FAL", "http://127.0.0.1:9", 1);
  Stage stage;
  stage.open_fresh_project();
  const bool passed = stage.play("avoided", [&](ImGuiTestContext* ctx) {
    IM_CHECK(!can_be_drawn(georgian));
    stage.app().send()(PauseCommand{true}, {});
    GenerateCommand command;
    command.prompt = "a boat";
    command.model = "fal-sdxl";
    command.negative_prompt = georgian.utf8;
    command.count = 1;
    stage.app().send()(command, {});
    IM_CHECK(stage.wait_until(ctx, [&] { return stage.app().studio()->view().library.items.size() == 1; }));
    if (stage.wait_until(ctx, [&] { return can_be_drawn(georgian); }, 10)) return;
    // Is there no such font at all? The prompt knows.
    stage.app().prompt().draft.prompt = georgian.utf8;
    IM_CHECK(stage.wait_until(ctx, [&] { return !stage.app().prompt().missing_script.empty(); }));
    WARN("no font here has " << georgian.utf8);
  });
  CHECK(passed);
  ::unsetenv("STUDIO_KEY_FAL");
  ::unsetenv("STUDIO_ENDPOINT_FAL");
}

TEST_CASE("Letters of any script in the names of files are drawn in the picker") {
  Stage stage;
  stage.open_fresh_project();
  write_picture_file(stage.folder() / "media" / (std::string(georgian.utf8) + ".png"), 10);
  const bool passed = stage.play("file names", [&](ImGuiTestContext* ctx) {
    IM_CHECK(!can_be_drawn(georgian));
    stage.app().state().wishes.import_files = true;
    PickerState& picker = stage.app().picker();
    IM_CHECK(stage.wait_until(ctx, [&] { return picker.is_open && !picker.is_reading; }));
    IM_CHECK(refer_to_popup(ctx));
    ctx->ItemDoubleClick("**/media");
    IM_CHECK(stage.wait_until(ctx, [&] { return !picker.is_reading && picker.folder == stage.folder() / "media"; }));
    if (stage.wait_until(ctx, [&] { return can_be_drawn(georgian); }, 10)) return;
    // Is there no such font at all? The prompt knows.
    stage.app().prompt().draft.prompt = georgian.utf8;
    IM_CHECK(stage.wait_until(ctx, [&] { return !stage.app().prompt().missing_script.empty(); }));
    WARN("no font here has " << georgian.utf8);
  });
  CHECK(passed);
}

TEST_CASE("Without their fonts, each script's letters name the package that brings them, in a small window too") {
  const FewFonts few;
  for (const ImVec2 size : {ImVec2(1600, 900), ImVec2(1280, 720)}) {
    Stage::Settings settings;
    settings.width = static_cast<int>(size.x), settings.height = static_cast<int>(size.y);
    Stage stage(settings);
    stage.open_fresh_project();
    const bool passed = stage.play("no fonts", [&](ImGuiTestContext* ctx) {
      const PromptState& prompt = stage.app().prompt();
      for (const Letter& letter : {sea, georgian, octopus}) {
        write_prompt(ctx, letter.utf8);
        const std::string begins = std::string("Install ") + letter.package;
        IM_CHECK(stage.wait_until(ctx, [&] { return prompt.missing_script.starts_with(begins); }));
        ctx->Yield(2);
        IM_CHECK(prompt.missing_shown.starts_with(begins));
        IM_CHECK(!can_be_drawn(letter));
      }
    });
    CHECK(passed);
    stage.save_picture(size.x > 1300 ? "prompt-no-font" : "prompt-no-font-small");
    stage.frame();
  }
}
