return require 'modules.circle'
