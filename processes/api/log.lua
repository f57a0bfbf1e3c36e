---@meta
-- SPDX-License-Identifier: MIT

---Lines on the terminal. `print` is `log.info`.
---```lua
---log.info('mean of', tile.id, input.image.red:mean())
---log.warn('this is only an example')
---return nil
---```
---@class tw.log
log = {}
---@param ... any
function log.info(...) end
---@param ... any
function log.warn(...) end
