// Promises about what providers declare and plan, the same for every one of them.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "base/paths.h"
#include "base/text.h"
#include "contract/provider_subjects.h"
#include "http/http_rules.h"
#include "providers/provider_set.h"
#include "providers/reading.h"
#include "support/catch.h"

using namespace studio;

namespace {

// Every request this provider would plan for the call, by name.
std::vector<std::pair<std::string, std::optional<HttpRequest>>> all_plans(const Provider& provider, const CallBox& box) {
  RemoteOutput output;
  output.url = box.endpoint.base_url + "/some/output";
  return {{"info", provider.plan_info(box.endpoint)},
          {"prepare", provider.plan_prepare(box.call())},
          {"submit", provider.plan_submit(box.call())},
          {"continue", provider.plan_continue(box.call())},
          {"poll", provider.plan_poll(box.call())},
          {"poll of several", provider.plan_poll_many({box.call(), box.call()})},
          {"fetch", provider.plan_fetch(box.call(), output)},
          {"cancel", provider.plan_cancel(box.call())},
          {"list", provider.plan_list_for(box.call(), 1'700'000'000'000, "")},
          {"next page", provider.plan_list_for(box.call(), 1'700'000'000'000, "p 2&x=/")},
          {"look up", provider.plan_look_up(box.call())}};
}

// Whether the key may go there: to the endpoint itself, or by https to a host that the profile names.
bool may_have_key(const Subject& subject, const Provider& provider, const HttpRequest& request) {
  const std::string origin = reading::origin_of(request.url);
  if (origin == reading::origin_of(subject.endpoint.base_url)) return true;
  const auto& hosts = provider.profile().key_hosts;
  return std::any_of(hosts.begin(), hosts.end(), [&](const std::string& host) { return origin == "https://" + host; });
}

bool has_secret(const HttpRequest& request) {
  return std::any_of(request.headers.begin(), request.headers.end(), [](const HttpHeader& header) { return header.secret; });
}

// Runs `check` for each flow of each provider.
template <class Check>
void for_each_flow(Check check) {
  for (const Subject& subject : subjects()) {
    for (const Flow& flow : subject.flows) {
      TempFolder folder;
      CallBox box = call_box(subject, flow, folder);
      box.attempt.remote_id = subject.remote_id;
      INFO(subject.name << ", " << flow.name);
      check(subject, *subject.make(), box);
    }
  }
}

}  // namespace

TEST_CASE("provider contract: each provider that ships is under this contract") {
  const auto set = load_providers(assets_folder());
  REQUIRE(set);
  for (const Provider* provider : set->all()) {
    INFO(provider->info().id);
    CHECK(std::any_of(subjects().begin(), subjects().end(), [&](const Subject& subject) { return subject.name == provider->info().id; }));
  }
}

TEST_CASE("provider contract: the data file says all that the form, the checks and the cost preview need") {
  for (const Subject& subject : subjects()) {
    const auto provider = subject.make();
    const ProviderInfo& info = provider->info();
    INFO(subject.name);
    CHECK(info.id == subject.name);
    CHECK_FALSE(info.label.empty());
    CHECK(info.image_lane > 0);
    CHECK(info.video_lane > 0);
    REQUIRE_FALSE(info.models.empty());
    std::set<std::string> ids;
    for (const ModelInfo& model : info.models) {
      INFO(model.id);
      CHECK(ids.insert(model.id).second);
      CHECK(model.provider == info.id);
      CHECK_FALSE(model.label.empty());
      CHECK_FALSE(model.note.empty());
      // A price that is not known is said so, and refuses the model until somebody allows it.
      const bool is_known = model.price || model.price_per_second || model.price_per_megapixel;
      CHECK(is_known != model.price_source.starts_with("not known"));
      CHECK_FALSE(model.price_source.empty());
      CHECK(model.price_version.size() == 10);  // a date
      CHECK(model.expected_secs > 0);
      CHECK(model.max_side >= model.min_side);
      CHECK(((model.currency == Currency::Play) == info.is_sandbox));
    }
    for (const Flow& flow : subject.flows) {
      const auto model = std::find_if(info.models.begin(), info.models.end(), [&](const ModelInfo& one) { return one.id == flow.recipe.model; });
      REQUIRE(model != info.models.end());
      Recipe recipe = flow.recipe;
      if (model->needs_image) recipe.inputs = {{"image", std::string(64, 'a')}};
      if (!model->seconds.empty()) recipe.seconds = model->seconds.front();
      CHECK(objection_to(*model, recipe).value_or("") == "");
      CHECK(price_of(*model, recipe)->micros > 0);
    }
  }
}

TEST_CASE("provider contract: what is declared is what is planned") {
  for_each_flow([](const Subject&, const Provider& provider, const CallBox& box) {
    const ProviderProfile& profile = provider.profile();
    CHECK(provider.plan_info(box.endpoint).has_value() == profile.has_info);
    CHECK(provider.plan_cancel(box.call()).has_value() == profile.cancels);
    CHECK(provider.plan_poll_many({box.call(), box.call()}).has_value() == (profile.looks_at_once >= 2));
    CHECK(provider.plan_list_for(box.call(), 0, "").has_value() == profile.lists);
    if (profile.echoes_own_id) CHECK((profile.lists || provider.plan_look_up(box.call())));
    if (profile.list_is_complete) CHECK(profile.lists);
    CHECK(profile.max_output_bytes > 0);
    CHECK(std::find(profile.never_accepted.begin(), profile.never_accepted.end(), 401) != profile.never_accepted.end());
    for (const int status : profile.never_accepted) CHECK(((status >= 400 && status < 500) || status == 507));  // 507: no room to write it down
  });
}

TEST_CASE("provider contract: planning is the same every time") {
  for_each_flow([](const Subject& subject, const Provider& provider, const CallBox& box) {
    const auto first = all_plans(provider, box), second = all_plans(*subject.make(), box);
    for (std::size_t i = 0; i < first.size(); ++i) {
      INFO(first[i].first);
      CHECK(text_of(first[i].second) == text_of(second[i].second));
    }
  });
}

TEST_CASE("provider contract: requests are of the right kind and pass the client's own rules") {
  for_each_flow([](const Subject&, const Provider& provider, const CallBox& box) {
    for (const auto& [name, request] : all_plans(provider, box)) {
      if (!request) continue;
      INFO(name);
      const auto url = parse_http_url(request->url);
      REQUIRE(url);
      CHECK_FALSE(objection_to_request(*request, *url));
      CHECK(request->local == provider.profile().local);
      CHECK(request->total_timeout_ms > 0);
      CHECK(request->max_bytes > 0);
      CHECK((request->profile == HttpProfile::Submit) == (name == "submit"));
      if (name == "submit") CHECK(request->method == HttpMethod::Post);
      if (name == "fetch") CHECK(request->profile == HttpProfile::Download);
      if (name == "fetch") CHECK(request->max_bytes == provider.profile().max_output_bytes);
    }
  });
}

TEST_CASE("provider contract: no key in an address or a body, and every key is marked secret") {
  for_each_flow([](const Subject&, const Provider& provider, const CallBox& box) {
    REQUIRE_FALSE(box.endpoint.headers.empty());
    const std::string& key = box.endpoint.headers.front().value;
    REQUIRE(box.endpoint.headers.front().secret);
    for (const auto& [name, request] : all_plans(provider, box)) {
      if (!request) continue;
      INFO(name);
      CHECK(request->url.find(key) == std::string::npos);
      CHECK(request->body.find(key) == std::string::npos);
      for (const HttpBodyPart& part : request->body_parts) CHECK(part.text.find(key) == std::string::npos);
      for (const HttpHeader& header : request->headers) {
        if (header.value.find(key) != std::string::npos) CHECK(header.secret);
      }
    }
  });
}

TEST_CASE("provider contract: a submit carries the attempt's key, where the service takes one") {
  for_each_flow([](const Subject& subject, const Provider& provider, CallBox& box) {
    const std::string with_key = text_of(provider.plan_submit(box.call()));
    CHECK((with_key.find(box.attempt.key) != std::string::npos) == subject.takes_key);
    // Without a key nothing can be answered once or found again by it.
    if (!subject.takes_key) CHECK_FALSE((provider.profile().replays || provider.profile().echoes_own_id));
    box.attempt.key = "fedcba9876543210fedcba9876543210";
    CHECK((text_of(provider.plan_submit(box.call())) != with_key) == subject.takes_key);
  });
}

TEST_CASE("provider contract: a replay sends the same bytes, wherever the service is by then") {
  for_each_flow([](const Subject& subject, const Provider& provider, CallBox& box) {
    const HttpRequest first = provider.plan_submit(box.call());
    // Later, at another port, with other uploads known, polled once already.
    box.endpoint.base_url += "0";
    box.now_wall_ms += 3'600'000;
    box.attempt.polls = 3;
    box.attempt.outputs.push_back({});
    const HttpRequest again = subject.make()->plan_submit(box.call());
    CHECK(body_digest(again) == body_digest(first));
    CHECK(again.body == first.body);
    box.recipe.prompt += ".";
    CHECK(body_digest(provider.plan_submit(box.call())) != body_digest(first));
  });
}

TEST_CASE("provider contract: prompts of every kind stay whole and break nothing") {
  for_each_flow([](const Subject&, const Provider& provider, CallBox& box) {
    for (const std::string& prompt : {std::string("\"quotes\", \\ and {braces}"), std::string("line\r\nX-Evil: yes"), std::string("霧 🌫️ \u202Eabc"),
                                      std::string("nul \0 inside", 12), std::string("bad \xC3\x28 bytes"), std::string(200'000, 'p')}) {
      box.recipe.prompt = prompt;
      const HttpRequest request = provider.plan_submit(box.call());
      const auto url = parse_http_url(request.url);
      REQUIRE(url);
      CHECK_FALSE(objection_to_request(request, *url));
      const auto json = nlohmann::json::parse(assembled_body(request), nullptr, false);
      REQUIRE_FALSE(json.is_discarded());
      if (is_valid_utf8(prompt)) CHECK(json.value("prompt", std::string()) == prompt);
    }
  });
}

TEST_CASE("provider contract: a key goes to its own host only, whatever an answer names") {
  for_each_flow([](const Subject&, const Provider& provider, const CallBox& box) {
    const auto fetch_of = [&](const std::string& address) {
      RemoteOutput output;
      output.url = address;
      return provider.plan_fetch(box.call(), output);
    };
    const HttpRequest own = fetch_of(box.endpoint.base_url + "/content/1");
    CHECK(has_secret(own) == provider.profile().authorised_download);
    CHECK(own.url == box.endpoint.base_url + "/content/1");
    const std::string host = box.endpoint.base_url.substr(box.endpoint.base_url.find("://") + 3);
    for (const std::string& address : {std::string("https://cdn.test/x"), "https://" + host + ".evil.test/x", "https://" + host + "@evil.test/x",
                                       "https://evil.test/" + host, "https://evil.test#" + host, "https://evil.test\\@" + host + "/x", std::string("//evil.test/x"),
                                       std::string("http://127.0.0.1:1/x"), box.endpoint.base_url + "1/x", std::string("file:///etc/passwd"), std::string("")}) {
      const HttpRequest request = fetch_of(address);
      INFO(address << " became " << request.url);
      CHECK_FALSE(has_secret(request));
      CHECK_FALSE(request.local);
    }
  });
}

TEST_CASE("provider contract: chain positions that are no text of ours are survived") {
  for_each_flow([](const Subject& subject, const Provider& provider, CallBox& box) {
    auto positions = bad_bodies();
    positions.emplace_back("foreign upload", R"({"sha":")" + (box.recipe.inputs.empty() ? std::string() : box.recipe.inputs[0].sha256) + R"(","put_url":"https://evil.test/x"})");
    for (const auto& [name, text] : positions) {
      INFO(name);
      box.attempt.prepare_state = box.attempt.remote_state = text;
      for (const auto& [plan, request] : all_plans(provider, box)) {
        if (!request || may_have_key(subject, provider, *request)) continue;
        INFO(plan << " to " << request->url);
        CHECK_FALSE(has_secret(*request));
      }
    }
  });
}
