extension StandardLibrary {
    /// Paths of URLs.
    static let paths: [FunctionDeclaration] = [
        FunctionDeclaration(
            "inPath",
            summary:
                "Whether a path is the second one or lies below it, in whole segments, in any way in which a service may read "
                + "it: `%2F`, `%5C` and `\\` as slashes too, repeated slashes as one, parameters behind `;` left out.",
            examples: [
                "inPath('/admin/users', '/admin')", "!inPath('/administrator', '/admin')",
                "inPath('/x/..%2Fadmin', '/admin')", "inPath('//admin;v=1', '/admin')",
            ],
            overloads: [.function(Paths.isInside)]
        )
    ]
}

private enum Paths {
    static func isInside(_ path: String, _ outer: String, _ run: Evaluation) throws(EvaluationError) -> Bool {
        try run.charge(bytes: 4 * path.utf8.count + outer.utf8.count)
        let outer = Self.segments(outer, decodesSlashes: false, dropsParametersFirst: false)
        for (decodes, drops) in [(false, false), (true, false), (false, true), (true, true)] {
            let segments = Self.segments(path, decodesSlashes: decodes, dropsParametersFirst: drops)
            if segments.starts(with: outer) { return true }
        }
        return false
    }

    /// The segments of a path without dot segments, empty ones and parameters.
    ///
    /// - Parameters:
    ///   - path: with or without a slash at its beginning.
    ///   - decodesSlashes: as a service reads that decodes before it divides.
    ///   - dropsParametersFirst: as one that takes `..;x` for `..`.
    /// - Returns: their names alone.
    private static func segments(_ path: String, decodesSlashes: Bool, dropsParametersFirst: Bool) -> [[UInt8]] {
        let bytes = decodesSlashes ? Self.decodedSlashes(Array(path.utf8)) : Array(path.utf8)
        var segments: [[UInt8]] = []
        for segment in bytes.split(separator: UInt8(ascii: "/")) {
            let name = Array(segment.prefix { $0 != UInt8(ascii: ";") })
            switch dropsParametersFirst ? name : Array(segment) {
            case [], Array(".".utf8): break
            case Array("..".utf8): _ = segments.popLast()
            default: segments.append(name)
            }
        }
        return segments
    }

    private static func decodedSlashes(_ path: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(path.count)
        var at = 0
        while at < path.count {
            switch path[at...].prefix(3) {
            case Self.slash, Self.smallSlash, Self.backslash, Self.smallBackslash:
                result.append(UInt8(ascii: "/"))
                at += 3
            default:
                result.append(path[at] == UInt8(ascii: "\\") ? UInt8(ascii: "/") : path[at])
                at += 1
            }
        }
        return result
    }

    private static let slash = Array("%2F".utf8)[...]
    private static let smallSlash = Array("%2f".utf8)[...]
    private static let backslash = Array("%5C".utf8)[...]
    private static let smallBackslash = Array("%5c".utf8)[...]
}
