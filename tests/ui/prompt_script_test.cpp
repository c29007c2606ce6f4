// The prompt panel with a service that needs a key: its models are there, and say what is missing until it is saved.
#include <cstdlib>

#include "settings/secret_keys.h"
#include "support/catch.h"
#include "ui/popup_ref.h"
#include "ui/stage.h"

using namespace studio;

TEST_CASE("A model of a service without a key says so, until there is one, nothing of it is read in a frame") {
  for (const char* name : {"STUDIO_KEY_FAL", "FAL_KEY", "STUDIO_ENDPOINT_FAL"}) ::unsetenv(name);
  Stage stage;
  stage.open_fresh_project();
  const bool passed = stage.play("needs a key", [&](ImGuiTestContext* ctx) {
    ctx->Yield(3);
    PromptState& prompt = stage.app().prompt();
    prompt.draft.prompt = "a lighthouse at dusk";
    IM_CHECK(stage.wait_until(ctx, [&] { return prompt.rows_known && prompt.rows.objection.empty(); }));
    ctx->ItemClick("**/Model##model");
    IM_CHECK(refer_to_popup(ctx));
    stage.save_picture("prompt-models");
    ctx->Yield(2);
    ctx->ItemClick("**/fal-flux-dev");
    IM_CHECK(stage.wait_until(ctx, [&] { return prompt.rows.model != nullptr && prompt.rows.model->id == "fal-flux-dev"; }));
    IM_CHECK(stage.wait_until(ctx, [&] { return !prompt.rows.objection.empty(); }));
    IM_CHECK_STR_EQ(prompt.rows.objection.c_str(), "There is no key for fal: add it in the settings or set STUDIO_KEY_FAL.");
    IM_CHECK_STR_EQ(prompt.rows.model_facts.c_str(), "fal.ai · needs a key");
    stage.save_picture("prompt-needs-key");
    ctx->Yield(2);
    auto keys = SecretKeys::load(stage.folder() / "config" / "production-studio");
    IM_CHECK(keys && keys->set("fal", "0f1e2d3c-id:4b5a69788796a5b4"));
    IM_CHECK(stage.wait_until(ctx, [&] { return prompt.rows.objection.empty(); }));
    IM_CHECK_STR_EQ(prompt.rows.model_facts.c_str(), "fal.ai · $0.025 a megapixel");
  });
  CHECK(passed);
}
