--- Two lines
--- of description.
--! expect about: Two lines of description.
--! expect empty
return process { run = function() end }
