package import Foundation

/// The published vectors, transcripts and drivers, which lie beside the project and are read in place.
package enum SharedMaterial {
    /// The folder `path` of the shared material, for instance `conformance/ip`.
    ///
    /// `PORTICO_SHARED` wins; otherwise every folder above the package is asked for a `shared` of its own, so that
    /// a work tree finds what lies beside the clone.
    /// - Throws: `SharedMaterialMissing` when there is none.
    package static func folder(_ path: String) throws -> URL {
        let roots = Self.candidates()
        for root in roots {
            let folder = root.appending(path: path, directoryHint: .isDirectory)
            if FileManager.default.fileExists(atPath: folder.path) { return folder }
        }
        throw SharedMaterialMissing(path: path, searched: roots.map(\.path))
    }

    /// The file `path` of the shared material.
    package static func file(_ path: String) throws -> URL {
        let parts = path.split(separator: "/")
        let folder = try Self.folder(parts.dropLast().joined(separator: "/"))
        return folder.appending(path: parts.last.map(String.init) ?? "", directoryHint: .notDirectory)
    }

    /// The package's own folder, from where this file was compiled.
    package static var packageRoot: URL {
        var folder = URL(filePath: #filePath).deletingLastPathComponent()
        while folder.path != "/" {
            let manifest = folder.appending(path: "Package.swift", directoryHint: .notDirectory)
            if FileManager.default.fileExists(atPath: manifest.path) { return folder }
            folder.deleteLastPathComponent()
        }
        return URL(filePath: FileManager.default.currentDirectoryPath, directoryHint: .isDirectory)
    }

    private static func candidates() -> [URL] {
        if let chosen = ProcessInfo.processInfo.environment["PORTICO_SHARED"], !chosen.isEmpty {
            return [URL(filePath: chosen, directoryHint: .isDirectory)]
        }
        var roots: [URL] = []
        var folder = Self.packageRoot.standardizedFileURL
        while folder.path != "/" {
            folder.deleteLastPathComponent()
            roots.append(folder.appending(path: "shared", directoryHint: .isDirectory))
        }
        return roots
    }
}

/// The shared material is not where tests look for it.
package struct SharedMaterialMissing: Error, CustomStringConvertible {
    package let path: String
    package let searched: [String]

    package var description: String {
        """
        shared material "\(self.path)" not found; looked in \(self.searched.joined(separator: ", ")). \
        Put the shared folder beside the project, or name it in PORTICO_SHARED.
        """
    }
}
