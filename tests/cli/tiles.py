"""What the tests of commands on existing tiles share: folders of many small files that are laid out as tiles."""
import json

import runs


class Case(runs.Case):
    def make_folder(self, name="tiles", tiles=(), schema="{zoom}/{row}/{col}.{extension}", sidecars=False, **driver):
        """A folder of tiles that hold their own names; on the mercator grid."""
        root = self.folder / name
        root.mkdir(parents=True, exist_ok=True)
        metadata = {"driver": {"format": "PNG", "tile_path_schema": schema, **driver},
                    "pyramid": {"grid": {"grid": "mercator"}, "metatiling": 1, "pixelbuffer": 0, "tile_size": 256}}
        (root / "metadata.json").write_text(json.dumps(metadata))
        for zoom, row, col in tiles:
            path = root / schema.format(zoom=zoom, row=row, col=col, extension="png")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{zoom}/{row}/{col}")
            if sidecars:
                path.with_name(path.name + ".aux.xml").write_text("beside")
        return root

    def names(self, folder):
        """The tiles below a folder: everything but metadata.json, sidecars and what the program keeps for itself."""
        return sorted(name for name in self.tree(folder) if name != "metadata.json" and not name.endswith(".aux.xml"))

    def folders(self, folder):
        root = self.folder / folder
        return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_dir() and ".tilewright" not in path.parts)

    def many(self, zoom=7, count=64):
        return [(zoom, row, col) for row in range(count) for col in range(count)]
