import Foundation
import Model
import TestSupport
import Testing

/// The reference pages of `docs/errors/`, which are made from the catalogue and kept in the repository.
private enum ErrorPages {
    static let folder = SharedMaterial.packageRoot.appending(path: "docs/errors", directoryHint: .isDirectory)

    /// What every page should hold, by file name.
    static func all() -> [String: String] {
        var pages = ["README.md": Self.index()]
        for area in ErrorArea.allCases { pages["\(area.rawValue).md"] = Self.page(of: area) }
        return pages
    }

    private static let origin = """
        <!-- Made from Sources/Base/Model/ErrorCode+*.swift by `PORTICO_WRITE_DOCS=1 swift test --filter ErrorPages`. -->
        """

    private static func index() -> String {
        var text = """
            \(Self.origin)
            # Error codes

            Every failure that people meet has a code, `ERR_PORTICO_n`. On the wire to agents, and in the field \
            `ngrok-error-code` of HTTP answers, it is spelt `ERR_NGROK_n`, as existing clients look for it; where such \
            a client depends on a number, ours is the same. Numbers above 100000 are Portico's own. A number is never \
            used again for something else.

            | code | status | meaning |
            |---|---|---|

            """
        for code in ErrorCode.all.sorted(by: { $0.number < $1.number }) {
            let area = ErrorArea.allCases.first { $0.codes.contains(code) }?.rawValue ?? ""
            text +=
                "| [\(code.number)](\(area).md#\(code.name.lowercased())) | \(code.httpStatus) | \(code.meaning) |\n"
        }
        return text
    }

    private static func page(of area: ErrorArea) -> String {
        var text = "\(Self.origin)\n# \(area.title)\n\n[All codes](README.md)\n"
        for code in area.codes.sorted(by: { $0.number < $1.number }) {
            text += """

                ## \(code.name)

                \(code.meaning)

                HTTP status: \(code.httpStatus).

                **What to do:** \(code.remedy)

                """
        }
        return text
    }
}

@Suite struct ErrorPagesTests {
    @Test func `The reference pages say what the catalogue says`() throws {
        let pages = ErrorPages.all()
        let isRewriting = ProcessInfo.processInfo.environment["PORTICO_WRITE_DOCS"] == "1"
        for (name, expected) in pages {
            let file = ErrorPages.folder.appending(path: name, directoryHint: .notDirectory)
            if isRewriting { try Data(expected.utf8).write(to: file) }
            // A page that is missing reads as empty and so differs.
            let found = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
            // Compared outside of the macro, which would print both pages whole.
            let isCurrent = found == expected
            #expect(isCurrent, "docs/errors/\(name) is out of date: run the tests once with PORTICO_WRITE_DOCS=1")
        }
        let present = try FileManager.default.contentsOfDirectory(atPath: ErrorPages.folder.path)
        #expect(Set(present) == Set(pages.keys))
    }
}
