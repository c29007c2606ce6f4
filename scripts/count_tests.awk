# Reads the JUnit file that CTest writes. On stdout: "PASSED FAILED SKIPPED". On stderr, by name: what failed, and what was
# skipped and what lacks; a skip that gives no reason has failed. Added to the file `failures`, if one is given: what failed in
# this `build`, and the end of what it printed. CTest writes "notrun" for a skip as well as for a program that is not there; only the first is one.
function plain(text) {
  gsub(/&quot;/, "\"", text); gsub(/&apos;/, "'", text); gsub(/&lt;/, "<", text); gsub(/&gt;/, ">", text); gsub(/&amp;/, "\\&", text)
  return text
}
BEGIN { most = 24 }
/^\t<testcase / {
  name = $0; sub(/^.*<testcase name="/, "", name); sub(/" classname=.*$/, "", name); name = plain(name)
  status = $0; sub(/^.* status="/, "", status); sub(/".*$/, "", status)
  is_skip = 0; why = ""; lines = 0
  next
}
/^\t\t<skipped message="SKIP_RETURN_CODE=/ { is_skip = 1 }
/SKIPPED: / && why == "" { why = $0; sub(/^.*SKIPPED: /, "", why); sub(/<\/system-out>.*$/, "", why); why = plain(why) }
/^\t<\/testcase>/ {
  if (status == "run") passed++
  else if (status == "notrun" && is_skip && why != "") {
    skipped++
    print "skipped: " name ": " why > "/dev/stderr"
  } else {
    failed++
    if (is_skip) name = name ": it was skipped and gives no reason"
    print "failed: " name > "/dev/stderr"
    if (failures != "") {
      print "failed in build/" build ": " name >> failures
      for (i = (lines > most ? lines - most : 0); i < lines; i++) print "    " plain(substr(said[i % most], 1, 300)) >> failures
    }
  }
  next
}
# What it printed; not the empty lines and rulers.
/[^-=.~ \t]/ && !/^\t\t<(failure|properties|\/properties)/ && !/^\t\t\t<property / { said[lines++ % most] = $0 }
END { printf "%d %d %d\n", passed, failed, skipped }
