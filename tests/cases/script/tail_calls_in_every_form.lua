--! expect band1: 100 - 102 103 104 105 106 107 108 109 110 111
return process {
  run = function(tile, input, p)
    local function first(t) return t[1] end
    local function text(s) return ('x'):rep(#s) end
    local function several() return 1, 2, first { 3 } end
    local function nested() return (function() return text 'ab' end)() end
    local function commented() return --[[ ; end ]] text [[end]] ; end
    local function branches(x) if x then return text('a') else return text "bc" end end
    local function looped() repeat return first({ 5 }) until true end
    local function factory() return function(...) return select('#', ...) end end
    assert(select('#', several()) == 3 and nested() == 'xx' and commented() == 'xxx')
    assert(branches(true) == 'x' and branches() == 'xx' and looped() == 5 and factory()(nil, nil) == 2)
    return input.image.red
  end,
}
