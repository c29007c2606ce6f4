// Scrolling through ten thousand pictures in a real window, beside the same grid as a virtualised page in Chromium on the
// same X server: with every picture there already, and with each one still to be decoded.
#include "bench/bench_grid_window.h"

#include <imgui_internal.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <utility>

#include "base/file.h"
#include "base/paths.h"
#include "bench/goal.h"
#include "engine/wiring.h"
#include "gpu/gl_gpu.h"
#include "shell/frame_loop.h"
#include "shell/theme_file.h"
#include "support/process.h"
#include "support/temp_folder.h"
#include "window/barcodes.h"
#include "window/x_screen.h"

namespace studio {
namespace {

constexpr int width = 1920, height = 1080, count = 10'000;
constexpr int frames = 400;        // of each pass
constexpr float step = 90;         // px a frame
constexpr float bounce = 2460;     // px: as far down as everything was seen before

double now_ms() { return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

double part(std::vector<double> values, double share) {
  if (values.empty()) return -1;
  std::sort(values.begin(), values.end());
  return values[std::min(values.size() - 1, static_cast<std::size_t>(share * static_cast<double>(values.size())))];
}

struct Pass {
  double median_ms = -1, p99_ms = -1;
  double blank = 0;  // pictures not there, of those on screen, on average
};

// The scrolling window of the gallery.
ImGuiWindow* scrolling_window() {
  ImGuiWindow* found = nullptr;
  for (ImGuiWindow* window : ImGui::GetCurrentContext()->Windows)
    if (window->Active && window->ScrollMax.y > 1000 && (found == nullptr || window->ScrollMax.y > found->ScrollMax.y)) found = window;
  return found;
}

// Of the program's grid at its densest; the page has the same.
struct Geometry {
  int columns = 1;
  float left = 0, top = 0, width = 0, height = 0;  // of what scrolls
  float tile_width = 0, tile_height = 0, row_height = 0, gap = 0;
};

struct Ours {
  Geometry grid;
  Pass still, decoding;
  FrameWatch::Report watch;
};

std::optional<Ours> ours(const std::filesystem::path& project, const std::filesystem::path& config) {
  auto parts = make_studio_parts(&Window::wake);
  auto theme = load_theme(assets_folder() / "theme" / "tokens.json");
  auto window = Window::open("Production Studio", width, height);
  if (!parts || !theme || !window) return std::nullopt;
  (*window)->set_unlimited(true);
  auto gpu = make_gl_gpu(Window::gl_loader());
  if (!gpu) return std::nullopt;
  auto files = read_start_files(config, {}, *theme, &Window::wake);
  App app({std::move(*theme), std::move(*gpu), std::move(*parts), &Window::wake, config, config, config, {}, std::move(files), {}});
  app.gallery().size_step = 0;
  app.start(project);
  Ours result;
  std::atomic<bool> stop = false;
  std::vector<double> times, blanks;
  const double begun = now_ms();
  double last = 0, waited = 0;
  int n = 0, warm = 0;
  float at = 0;
  const auto scroll_to = [&](float y) {
    if (ImGuiWindow* list = scrolling_window()) ImGui::SetScrollY(list, y);
  };
  const auto take = [&](Pass& pass) {
    pass.median_ms = part(times, 0.5), pass.p99_ms = part(times, 0.99);
    double sum = 0;
    for (const double blank : blanks) sum += blank;
    pass.blank = sum / static_cast<double>(std::max<std::size_t>(1, blanks.size()));
    times.clear(), blanks.clear();
  };
  FrameLoopSettings settings;
  settings.stop = &stop;
  settings.after_drawing = [&] {
    // Input that never ends keeps the frames coming.
    ImGui::GetIO().AddMousePosEvent(4, 4 + static_cast<float>(n++ % 2));
    const double now = now_ms();
    if (now - begun > 120'000) stop = true;
    if (!app.studio() || scrolling_window() == nullptr) return;
    const auto counts = app.pictures().counts();
    if (const ImGuiWindow* list = scrolling_window(); warm == 0 && !app.gallery().layout.places.empty()) {
      const GalleryLayout& layout = app.gallery().layout;
      result.grid = {layout.columns, list->Pos.x, list->Pos.y, list->Size.x, list->Size.y, layout.tile_width, layout.places.front().tile_height, layout.places.front().row_height,
                     app.gallery().metrics.gap};
    }
    if (warm < 600) {  // seen once, slowly, until all of it is there
      at = bounce * static_cast<float>(warm % 100) / 100;
      ++warm;
      scroll_to(at);
      last = now;
      return;
    }
    const double pause = (*window)->waited_ms() - std::exchange(waited, (*window)->waited_ms());
    times.push_back(now - last - pause);
    blanks.push_back(counts.resident + counts.wanted > 0 ? static_cast<double>(counts.wanted) / result.grid.columns / std::ceil(result.grid.height / result.grid.row_height) : 0);
    last = now;
    const auto done = times.size();
    if (result.still.median_ms < 0) {
      const float whole = 2 * bounce;
      at = std::fmod(step * static_cast<float>(done), whole);
      scroll_to(at < bounce ? at : whole - at);
      if (done == frames) {
        take(result.still);
        at = 2 * bounce;
        // As fast as the window really draws: otherwise nothing could be decoded before it has left the screen again.
        (*window)->set_unlimited(false);
      }
    } else {
      at += step;
      scroll_to(at);
      if (done == frames) take(result.decoding), stop = true;
    }
  };
  run_frame_loop(app, **window, settings);
  result.watch = app.watch().report();
  if (result.decoding.median_ms < 0) return std::nullopt;
  return result;
}

// The page: rows made when they come near and used again, pictures decoded beside the page's thread.
std::string page(const std::filesystem::path& pictures, const Geometry& g) {
  char numbers[1024];
  std::snprintf(numbers, sizeof numbers,
                "const C=%d,L=%.0f,T=%.0f,W=%.0f,H=%.0f,TW=%.0f,TH=%.0f,RH=%.0f,GAP=%.0f,COUNT=%d,FRAMES=%d,STEP=%.0f,BOUNCE=%.0f,FROM='file://%s/';", g.columns,
                static_cast<double>(g.left), static_cast<double>(g.top), static_cast<double>(g.width), static_cast<double>(g.height), static_cast<double>(g.tile_width),
                static_cast<double>(g.tile_height), static_cast<double>(g.row_height), static_cast<double>(g.gap), count, frames, static_cast<double>(step), static_cast<double>(bounce),
                pictures.c_str());
  return std::string(R"(<!doctype html><meta charset="utf-8"><style>
body{margin:0;background:#1b1b1b;font:11px sans-serif;color:#888;overflow:hidden}
#list{position:absolute;overflow-y:scroll;contain:strict;background:#2b2b2b}#all{position:relative}
.t{position:absolute}.t img{display:block}.t span{position:absolute;right:0;bottom:2px}
</style><div id=list><div id=all></div></div><script>)") +
         numbers + R"(
const list=document.getElementById('list'),all=document.getElementById('all'),free=[],used=new Map(),rows=Math.ceil(COUNT/C);
Object.assign(list.style,{left:L+'px',top:T+'px',width:W+'px',height:H+'px'});all.style.height=rows*RH+'px';
function show(){const y=list.scrollTop,a=Math.max(0,Math.floor(y/RH)-1),b=Math.min(rows-1,Math.ceil((y+H)/RH)+1);
 for(const [n,t] of used){const r=Math.floor(n/C);if(r<a||r>b){used.delete(n);free.push(t)}}
 for(let r=a;r<=b;r++)for(let c=0;c<C;c++){const n=r*C+c;if(n>=COUNT||used.has(n))continue;
  let t=free.pop();if(!t){t=document.createElement('div');t.className='t';t.style.width=TW+'px';t.style.height=RH+'px';
   const i=new Image(TW,TH);i.decoding='async';t.append(i,document.createElement('span'));all.append(t)}
  t.style.transform='translate('+(GAP+c*(TW+GAP))+'px,'+(r*RH)+'px)';t.firstChild.src=FROM+(COUNT-n)+'.jpg';t.lastChild.textContent=n;used.set(n,t)}}
list.addEventListener('scroll',show);show();
let warm=0,times=[],blanks=[],last=0,at=0,out={};
function take(k){times.sort((a,b)=>a-b);out[k]={median:times[times.length>>1],p99:times[Math.floor(times.length*.99)],blank:blanks.reduce((a,b)=>a+b,0)/blanks.length};times=[];blanks=[]}
function words(p){return p.median.toFixed(3)+' '+p.p99.toFixed(3)+' '+p.blank.toFixed(4)}
function tick(now){
 if(warm<600){list.scrollTop=BOUNCE*(warm%100)/100;show();warm++;last=now;return requestAnimationFrame(tick)}
 times.push(now-last);last=now;let blank=0,seen=0;const y=list.scrollTop;
 for(const [n,t] of used){const top=Math.floor(n/C)*RH;if(top>y-TH&&top<y+H){seen++;if(!t.firstChild.complete)blank++}}blanks.push(blank/seen);
 const n=times.length;
 if(!out.still){let p=(STEP*n)%(2*BOUNCE);list.scrollTop=p<BOUNCE?p:2*BOUNCE-p;if(n===FRAMES){take('still');at=2*BOUNCE}}
 else{at+=STEP;list.scrollTop=at;if(n===FRAMES){take('decoding');document.title='done '+words(out.still)+' '+words(out.decoding);return}}
 show();requestAnimationFrame(tick)}
setTimeout(()=>requestAnimationFrame(tick),1500);
</script>)";
}

bool chromium(const std::string& display, const std::filesystem::path& folder, Pass& still, Pass& decoding) {
  const std::map<std::string, std::string> environment{{"DISPLAY", display}, {"DBUS_SESSION_BUS_ADDRESS", "disabled:"}};
  Process browser({"chromium", "--no-sandbox", "--user-data-dir=" + (folder / "profile").string(), "--no-first-run", "--disable-extensions", "--disable-sync",
                   "--disable-background-networking", "--disable-gpu-vsync", "--disable-frame-rate-limit", "--window-position=0,0", "--window-size=1920,1080", "--allow-file-access-from-files",
                   "--app=file://" + (folder / "grid.html").string()},
                  environment);
  for (int tries = 0; tries < 900 && !browser.runs_out_within(100); ++tries) {
    const auto found = run_program({"xdotool", "search", "--name", "^done "}, environment, 20'000);
    if (found.exit_code != 0 || found.out.empty()) continue;
    const auto title = run_program({"xdotool", "getwindowname", found.out.substr(0, found.out.find('\n'))}, environment, 20'000);
    return std::sscanf(title.out.c_str(), "done %lf %lf %lf %lf %lf %lf", &still.median_ms, &still.p99_ms, &still.blank, &decoding.median_ms, &decoding.p99_ms, &decoding.blank) == 6;
  }
  return false;
}

}  // namespace

int bench_grid_in_a_window() {
  if (!has_program("chromium")) return std::fputs("bench_grid: chromium is not installed\n", stderr), 1;
  std::string why;
  const auto screen = XScreen::start(width, height, 96, why);
  if (!screen) return std::fprintf(stderr, "bench_grid: %s\n", why.c_str()), 1;
  const TempFolder folder;
  const auto project = folder.path() / "film", pictures = folder.path() / "pictures";
  if (!make_barcodes(project, count) || !make_folder(pictures)) return std::fputs("bench_grid: no project could be made\n", stderr), 1;
  for (int n = 1; n <= count; ++n) samples::write_file(pictures / (std::to_string(n) + ".jpg"), encode_jpeg(barcode(n)).value_or(""));
  ::setenv("DISPLAY", screen->name().c_str(), 1);
  ::setenv("XDG_DATA_HOME", (folder.path() / "data").c_str(), 1);
  ::setenv("XDG_STATE_HOME", (folder.path() / "state").c_str(), 1);
  ::setenv("STUDIO_SANDBOX_STATE", (folder.path() / "sandbox").c_str(), 1);
  ::setenv("DBUS_SESSION_BUS_ADDRESS", "disabled:", 1);

  const auto own = ours(project, folder.path() / "config");
  if (!own) return std::fputs("bench_grid: the window did not open\n", stderr), 1;
  samples::write_file(folder.path() / "grid.html", page(pictures, own->grid));
  Pass peer_still, peer_decoding;
  if (!chromium(screen->name(), folder.path(), peer_still, peer_decoding)) return std::fputs("bench_grid: Chromium showed no result\n", stderr), 1;
  const char* method =
      "median of %d frames of 1920x1080 on Xvfb, 90 px on each, over %d pictures: the program's window (while decoding at its own pace, at most 125 frames a second, the pauses not counted), beside a virtualised page of the same tiles in Chromium without a limit of its "
      "frame rate; blank: pictures that are not there yet, of those on screen";
  const auto print = [&](const char* name, const Pass& mine, const Pass& peer) {
    std::printf("{\"name\":\"%s\",\"ours\":%.3f,\"peer\":%.3f,\"ratio\":%.3f,\"unit\":\"ms\",\"promised_ratio\":0.6,\"p99\":%.2f,\"p99_peer\":%.2f,\"blank\":%.3f,\"blank_peer\":%.3f,", name, mine.median_ms,
                peer.median_ms, mine.median_ms / peer.median_ms, mine.p99_ms, peer.p99_ms, mine.blank, peer.blank);
    std::printf("\"slow_frames\":%lld,\"worst_own_cpu_ms\":%.1f,\"worst_frame\":\"%s\",\"method\":\"", static_cast<long long>(own->watch.slow_frames), own->watch.worst_ms,
                own->watch.worst.c_str());
    std::printf(method, frames, count);
    std::printf("\"}\n");
  };
  print("grid-scroll", own->still, peer_still);
  print("grid-scroll-decoding", own->decoding, peer_decoding);
  bool keeps = keeps_to(at_most(0.6), own->still.median_ms / peer_still.median_ms, "grid-scroll, ratio");
  keeps = keeps_to(at_most(0.6), own->decoding.median_ms / peer_decoding.median_ms, "grid-scroll-decoding, ratio") && keeps;
  return keeps ? 0 : 1;
}

}  // namespace studio
