package waterfall

// TextWidth lets the tests measure lines.
var TextWidth = textWidth
