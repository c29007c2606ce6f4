// The list of known words, and the reading of a prompt.
#include "sandbox/scenes/words.h"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "base/text.h"

namespace studio::scenes {
namespace {

constexpr Word place(Place p, std::string_view name, std::string_view also) {
  return {WordClass::Place, static_cast<int>(p), name, also};
}
constexpr Word subject(Subject s, std::string_view name, std::string_view also) {
  return {WordClass::Subject, static_cast<int>(s), name, also};
}
constexpr Word time_of(Time t, std::string_view name, std::string_view also) {
  return {WordClass::Time, static_cast<int>(t), name, also};
}
constexpr Word weather(Weather w, std::string_view name, std::string_view also) {
  return {WordClass::Weather, static_cast<int>(w), name, also};
}
constexpr Word tint(Tint t, std::string_view name, std::string_view also) {
  return {WordClass::Palette, static_cast<int>(t), name, also};
}
constexpr Word camera(Camera c, std::string_view name, std::string_view also) {
  return {WordClass::Camera, static_cast<int>(c), name, also};
}

constexpr std::array Words = {
    place(Place::Sea, "sea", "ocean|waves|wave|seascape|open water|water"),
    place(Place::Coast, "coast", "beach|shore|seaside|shoreline|cliffs|cliff|bay|coastline|coastal|cove"),
    place(Place::Lake, "lake", "pond|lagoon|fjord|reflection|loch"),
    place(Place::River, "river", "stream|creek|waterfall|brook|rapids"),
    place(Place::Island, "island", "isle|atoll|tropical|archipelago"),
    place(Place::Harbour, "harbour", "harbor|port|quay|marina|pier|docks|wharf|dock"),
    place(Place::City, "city", "skyline|metropolis|skyscrapers|skyscraper|downtown|cityscape|megacity|urban"),
    place(Place::Street, "street", "alley|road|avenue|lane|boulevard|streets"),
    place(Place::Village, "village", "town|hamlet|rooftops|countryside village"),
    place(Place::Forest, "forest", "woods|wood|woodland|grove|redwoods|pines|pine forest|birches"),
    place(Place::Jungle, "jungle", "rainforest|palms|palm|tropics|fern|ferns"),
    place(Place::Mountains, "mountains", "mountain|peak|peaks|alps|alpine|himalaya|summit|ridge|ridges"),
    place(Place::Hills, "hills", "hill|valley|highlands|countryside|rolling hills|vineyard|moor"),
    place(Place::Meadow, "meadow",
          "field|fields|flowers|flower|grassland|prairie|garden|lavender|wheat|farmland|poppies"),
    place(Place::Desert, "desert", "dunes|dune|sand|sahara|sandy|oasis"),
    place(Place::Canyon, "canyon", "mesa|gorge|badlands|red rocks|buttes|ravine"),
    place(Place::Arctic, "arctic", "glacier|iceberg|icebergs|antarctica|tundra|ice|polar|frozen"),
    place(Place::Volcano, "volcano", "lava|eruption|crater|volcanic"),
    place(Place::Space, "space", "planet|planets|lunar|moonscape|cosmos|cosmic|galaxy|alien|mars|nebula|asteroid"),

    subject(Subject::Lighthouse, "lighthouse", "beacon"),
    subject(Subject::Boat, "boat", "sailboat|sailing boat|yacht|sail|canoe|fishing boat|dinghy"),
    subject(Subject::Ship, "ship", "galleon|frigate|vessel|tall ship|pirate ship|schooner|ferry"),
    subject(Subject::Castle, "castle", "fortress|palace|citadel|ruin|keep|cathedral"),
    subject(Subject::House, "house", "cabin|cottage|hut|farmhouse|home|barn|chalet"),
    subject(Subject::Tree, "tree", "oak|lone tree|willow|cherry tree|maple|baobab"),
    subject(Subject::Person, "person",
            "figure|man|woman|girl|boy|traveller|traveler|wanderer|hiker|people|child|monk|human"),
    subject(Subject::Portrait, "portrait", "face|profile|headshot|head"),
    subject(Subject::Dog, "dog", "wolf|fox|puppy|hound|coyote"),
    subject(Subject::Cat, "cat", "kitten|kitty|feline"),
    subject(Subject::Horse, "horse", "pony|stallion|rider|unicorn|mare"),
    subject(Subject::Deer, "deer", "stag|elk|moose|reindeer|antlers"),
    subject(Subject::Birds, "birds", "bird|seagull|gull|eagle|geese|flock|crow|raven|swan|crane|heron"),
    subject(Subject::Balloon, "balloon", "hot air balloon|airship|zeppelin|blimp"),
    subject(Subject::Bridge, "bridge", "golden gate|viaduct|suspension bridge|aqueduct"),
    subject(Subject::Tower, "tower", "temple|pagoda|spire|obelisk|minaret|shrine|church|steeple"),
    subject(Subject::Car, "car", "automobile|taxi|van|truck|jeep|vehicle|convertible"),
    subject(Subject::Robot, "robot", "android|mech|droid|machine|cyborg"),
    subject(Subject::Train, "train", "locomotive|railway|tram|steam train|wagon"),
    subject(Subject::Whale, "whale", "dolphin|orca|humpback"),
    subject(Subject::Windmill, "windmill", "mill|wind turbine|turbine"),
    subject(Subject::Lantern, "lantern", "lamp post|streetlight|street lamp|paper lantern|candle"),
    subject(Subject::Astronaut, "astronaut", "spaceman|cosmonaut|explorer|space suit|spacesuit"),
    subject(Subject::Tent, "tent", "camp|campfire|campsite|camping|bonfire|yurt"),

    time_of(Time::Dawn, "dawn", "sunrise|daybreak|first light|early morning"),
    time_of(Time::Morning, "morning", "forenoon|am"),
    time_of(Time::Noon, "noon", "midday|daylight|day|daytime|sunny|high sun"),
    time_of(Time::Afternoon, "afternoon", "late afternoon|summer day"),
    time_of(Time::GoldenHour, "golden hour", "magic hour|last light|low sun"),
    time_of(Time::Sunset, "sunset", "sundown|setting sun|evening"),
    time_of(Time::Dusk, "dusk", "twilight|nightfall|gloaming"),
    time_of(Time::BlueHour, "blue hour", "after sunset"),
    time_of(Time::Moonlight, "moonlight", "moon|moonlit|full moon|moonrise"),
    time_of(Time::Night, "night", "nighttime|nocturne|nocturnal|dark"),
    time_of(Time::Midnight, "midnight", "dead of night|deep night|milky way"),

    weather(Weather::Clear, "clear", "cloudless|clear sky|crisp|bright"),
    weather(Weather::Cloudy, "cloudy", "cloud|cumulus|billowing|low cloud"),
    weather(Weather::Overcast, "overcast", "grey sky|gray sky|gloomy|dull|soft light|grey|gray"),
    weather(Weather::Rain, "rain", "rainy|raining|drizzle|wet|downpour|after rain|showers"),
    weather(Weather::Storm, "storm", "stormy|tempest|hurricane|squall|dramatic sky|dramatic"),
    weather(Weather::Snow, "snow", "snowy|snowing|winter|snowfall|blizzard|wintry|frost|frosty|snow covered"),
    weather(Weather::Fog, "fog", "mist|foggy|misty|haze|hazy|smoke|steam"),
    weather(Weather::Windy, "windy", "wind|breeze|gale|gusty|breezy|wind swept|windswept"),
    weather(Weather::Aurora, "aurora", "northern lights|polar lights|aurora borealis"),
    weather(Weather::Rainbow, "rainbow", ""),
    weather(Weather::Lightning, "lightning", "thunder|thunderstorm|bolt"),
    weather(Weather::Starry, "starry", "stars|star|starlight|starry sky|constellation"),
    weather(Weather::Sunbeams, "sunbeams",
            "sunbeam|god rays|light shafts|sun rays|rays|crepuscular rays|sunlight|shafts of light"),

    tint(Tint::Red, "red", "crimson|scarlet|ruby|blood red|ember"),
    tint(Tint::Orange, "orange", "amber|copper|fire|fiery|tangerine"),
    tint(Tint::Golden, "golden", "gold|yellow|honey|warm"),
    tint(Tint::Green, "green", "emerald|jade|verdant|lush|lime"),
    tint(Tint::Teal, "teal", "turquoise|cyan|aqua|aquamarine"),
    tint(Tint::Blue, "blue", "azure|cobalt|cold|cool|indigo|sapphire"),
    tint(Tint::Violet, "violet", "purple|lilac|magenta|plum|ultraviolet"),
    tint(Tint::Pink, "pink", "rose|rosy|blush|coral|peach"),
    tint(Tint::Monochrome, "monochrome", "black and white|noir|bw|greyscale|grayscale|film noir"),
    tint(Tint::Sepia, "sepia", "vintage|antique|old photograph|nostalgic"),
    tint(Tint::Pastel, "pastel", "soft colours|soft colors|candy|delicate"),
    tint(Tint::Neon, "neon", "cyberpunk|synthwave|vaporwave|electric|glowing"),
    tint(Tint::Muted, "muted", "desaturated|faded|pale|muted film stock|washed out|bleach"),
    tint(Tint::Autumn, "autumn", "fall colours|fall colors|rust|autumnal|russet"),
    tint(Tint::Vivid, "vivid", "vibrant|saturated|colourful|colorful|rich colours"),

    camera(Camera::Wide, "wide", "wide angle|panorama|panoramic|vast|wide shot|epic|establishing shot"),
    camera(Camera::Close, "close", "close up|closeup|intimate|detail|close shot"),
    camera(Camera::Aerial, "aerial", "from above|drone|birds eye|birds eye view|overhead|high angle|bird's eye"),
    camera(Camera::LowAngle, "low angle", "from below|worms eye|looking up|from the waterline|towering|monumental"),
    camera(Camera::Bokeh, "bokeh",
           "portrait lens|shallow focus|depth of field|shallow depth of field|out of focus|blurred background"),
    camera(Camera::Telephoto, "telephoto", "long lens|compressed|zoom|zoomed in"),
    camera(Camera::Macro, "macro", "macro lens|extreme close up|dewdrops|tiny"),
    camera(Camera::Silhouette, "silhouette", "backlit|contre jour|against the light|backlight|silhouettes"),
    camera(Camera::Tilt, "tilt", "dutch angle|tilted|canted|dutch tilt"),
    camera(Camera::Symmetrical, "symmetrical", "symmetry|symmetric|mirrored|centred|centered"),
    camera(Camera::Fisheye, "fisheye", "fish eye|gopro|lens distortion"),
    camera(Camera::Cinematic, "cinematic", "anamorphic|movie still|film still|widescreen|letterbox"),
    camera(Camera::LongExposure, "long exposure", "motion blur|slow shutter|silky|time lapse"),
};

// Of two words or more, so that no single word of a prompt means something it did not say.
constexpr std::array<std::pair<std::string_view, Layout>, 19> Layouts = {{
    {"left third", Layout::Left},
    {"on the left", Layout::Left},
    {"right third", Layout::Right},
    {"on the right", Layout::Right},
    {"high horizon", Layout::HighHorizon},
    {"low horizon", Layout::LowHorizon},
    {"wide sky", Layout::LowHorizon},
    {"big sky", Layout::LowHorizon},
    {"empty space", Layout::Distant},
    {"negative space", Layout::Distant},
    {"from a distance", Layout::Distant},
    {"far away", Layout::Distant},
    {"in the distance", Layout::Distant},
    {"filling the frame", Layout::Filling},
    {"fills the frame", Layout::Filling},
    {"foreground framing", Layout::Foreground},
    {"in the foreground", Layout::Foreground},
    {"leading lines", Layout::Foreground},
    {"layered depth", Layout::Layered},
}};

std::optional<Layout> find_layout(std::string_view phrase) {
  for (const auto& [text, layout] : Layouts) {
    if (text == phrase) return layout;
  }
  return std::nullopt;
}

using Index = std::unordered_map<std::string, const Word*>;

const Index& index() {
  static const Index built = [] {
    Index all;
    for (const Word& w : Words) {
      all.emplace(std::string(w.name), &w);
      for (const std::string& other : split(w.also, '|')) {
        if (!other.empty()) all.emplace(other, &w);
      }
    }
    return all;
  }();
  return built;
}

bool is_filler(std::string_view w) {
  static constexpr std::array Fillers = {"a",  "an",  "the", "of",   "in",   "on",    "at",   "and",  "with",
                                         "to", "by",  "for", "from", "over", "under", "near", "into", "its",
                                         "is", "are", "as",  "it",   "s",    "or",    "very", "some", "this"};
  return std::find(Fillers.begin(), Fillers.end(), w) != Fillers.end();
}

// A phrase or word of the list, also in its plural or singular.
const Word* find_word(const std::string& text) {
  const Index& all = index();
  const auto get = [&](const std::string& key) -> const Word* {
    const auto it = all.find(key);
    return it == all.end() ? nullptr : it->second;
  };
  if (const Word* w = get(text)) return w;
  if (text.size() > 3 && text.back() == 's') {
    if (const Word* w = get(text.substr(0, text.size() - 1))) return w;
    if (text.ends_with("es")) {
      if (const Word* w = get(text.substr(0, text.size() - 2))) return w;
    }
    if (text.ends_with("ies")) {
      if (const Word* w = get(text.substr(0, text.size() - 3) + "y")) return w;
    }
  }
  return nullptr;
}

// Letters, digits and every byte of other scripts make words; an apostrophe is left out, the rest divides.
std::vector<std::string> tokens_of(std::string_view prompt) {
  std::vector<std::string> out;
  std::string word;
  for (const char raw : to_lower_ascii(prompt)) {
    const auto c = static_cast<unsigned char>(raw);
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c >= 0x80) {
      word.push_back(raw);
    } else if (c != '\'') {
      if (!word.empty()) out.push_back(std::move(word));
      word.clear();
    }
  }
  if (!word.empty()) out.push_back(std::move(word));
  return out;
}

template <typename T>
void add_once(std::vector<T>& list, T value) {
  if (std::find(list.begin(), list.end(), value) == list.end()) list.push_back(value);
}

void take(PromptWords& out, const Word& w) {
  switch (w.kind) {
    case WordClass::Place:
      add_once(out.places, static_cast<Place>(w.id));
      break;
    case WordClass::Subject:
      add_once(out.subjects, static_cast<Subject>(w.id));
      break;
    case WordClass::Time:
      out.time = static_cast<Time>(w.id);
      break;
    case WordClass::Weather:
      add_once(out.weather, static_cast<Weather>(w.id));
      break;
    case WordClass::Palette:
      out.tint = static_cast<Tint>(w.id);
      break;
    case WordClass::Camera:
      add_once(out.camera, static_cast<Camera>(w.id));
      break;
  }
}

template <typename T>
bool contains(const std::vector<T>& list, T value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

}  // namespace

std::span<const Word> known_words() { return Words; }

std::string_view name_of(WordClass kind) {
  switch (kind) {
    case WordClass::Place:
      return "place";
    case WordClass::Subject:
      return "subject";
    case WordClass::Time:
      return "time";
    case WordClass::Weather:
      return "weather";
    case WordClass::Palette:
      return "palette";
    case WordClass::Camera:
      return "camera";
  }
  return "";
}

bool PromptWords::has(Place p) const { return contains(places, p); }
bool PromptWords::has(Subject s) const { return contains(subjects, s); }
bool PromptWords::has(Weather w) const { return contains(weather, w); }
bool PromptWords::has(Camera c) const { return contains(camera, c); }

PromptWords parse_prompt(std::string_view prompt) {
  PromptWords out;
  const std::vector<std::string> tokens = tokens_of(prompt);
  bool negated = false;
  for (std::size_t i = 0; i < tokens.size();) {
    const Word* word = nullptr;
    std::optional<Layout> layout;
    std::size_t used = 1;
    for (std::size_t length = std::min<std::size_t>(4, tokens.size() - i); length > 0 && word == nullptr && !layout; --length) {
      std::string phrase = tokens[i];
      for (std::size_t k = 1; k < length; ++k) phrase += ' ' + tokens[i + k];
      word = find_word(phrase);
      layout = find_layout(phrase);
      used = word != nullptr || layout ? length : 1;
    }
    if (word != nullptr || layout) {
      if (!negated && word != nullptr) take(out, *word);
      if (!negated && layout) add_once(out.layout, *layout);
      negated = false;
    } else if (tokens[i] == "no" || tokens[i] == "without") {
      negated = true;
    } else if (!is_filler(tokens[i])) {
      if (!negated) out.unknown.push_back(tokens[i]);
      negated = false;
    }
    i += used;
  }
  return out;
}

}  // namespace studio::scenes
