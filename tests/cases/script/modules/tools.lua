local tools = {}

function tools.double(array)
  return array * 2
end

function tools.wrong(r)
  return r.rad
end

return tools
