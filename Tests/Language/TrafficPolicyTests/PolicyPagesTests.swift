import Foundation
import TestSupport
import Testing
import TrafficPolicy

/// The reference pages of `docs/policy/`, which are made from the table of actions and kept in the repository.
private enum PolicyPages {
    static let folder = SharedMaterial.packageRoot.appending(path: "docs/policy", directoryHint: .isDirectory)

    private static let origin = """
        <!-- Made from Sources/Language/TrafficPolicy by `PORTICO_WRITE_DOCS=1 swift test --filter PolicyPages`. -->
        """

    /// What every page should hold, by file name.
    static func all() -> [String: String] {
        var pages = ["README.md": Self.index(), "variables.md": Self.variables()]
        for type in ActionType.allCases { pages["\(type.rawValue).md"] = Self.page(of: type.description) }
        return pages
    }

    private static func index() -> String {
        var text = "\(Self.origin)\n# Policy actions\n\nWhat expressions may use: [variables](variables.md).\n\n"
        text += "| action | phases | what it does |\n|---|---|---|\n"
        for action in ActionType.allCases.map(\.description) {
            let phases = action.phases.map { "`\($0.rawValue)`" }.joined(separator: ", ")
            text += "| [\(action.type.rawValue)](\(action.type.rawValue).md) | \(phases) | \(action.summary) |\n"
        }
        return text
    }

    private static func variables() -> String {
        var text =
            "\(Self.origin)\n# Variables\n\nBeside these: `vars.name` of set-vars, and `actions.ngrok.*` of each\n"
        text += "[action](README.md).\n\n| variable | type | phases | meaning |\n|---|---|---|---|\n"
        for variable in PolicyVariable.base {
            let phases = PolicyPhase.allCases.filter(variable.phases.contains).map(\.rawValue)
            let shown = phases.count == PolicyPhase.allCases.count ? "all" : phases.joined(separator: ", ")
            text += "| `\(variable.name)` | \(variable.type.text) | \(shown) | \(variable.meaning) |\n"
        }
        return text
    }

    private static func page(of action: ActionDescription) -> String {
        var text = "\(Self.origin)\n# \(action.type.rawValue)\n\n\(action.summary) [All actions](README.md)\n\n"
        text +=
            "Phases: \(action.phases.map { "`\($0.rawValue)`" }.joined(separator: ", ")). \(Self.words(action.ending))\n"
        text += "\n## Configuration\n\n" + (action.fields.isEmpty ? "None.\n" : "")
        if !action.fields.isEmpty { text += "| field | type | default | meaning |\n|---|---|---|---|\n" }
        for field in action.fields { text += Self.rows(of: field, below: "") }
        text += "\n## What happens\n\n" + action.notes.map { "- \($0)\n" }.joined()
        if !action.results.isEmpty {
            text += "\n## Results\n\n| variable | type | meaning |\n|---|---|---|\n"
            for result in action.results {
                text += "| `actions.ngrok.\(result.name)` | \(result.type.text) | \(result.meaning) |\n"
            }
        }
        return text + "\n## Example\n\n```yaml\n\(action.example)\n```\n"
    }

    private static func words(_ ending: ActionDescription.Ending) -> String {
        switch ending {
        case .always: "It always ends the phase."
        case .unlessFailed: "It ends the phase, unless it fails with `on_error: continue`."
        case .sometimes: "It ends the phase only where it refuses or answers."
        case .never: "It never ends the phase."
        }
    }

    private static func rows(of field: FieldDescription, below: String) -> String {
        let name = below.isEmpty ? field.name : "\(below).\(field.name)"
        let standard = field.isRequired ? "required" : field.defaultText.map { "`\($0)`" } ?? ""
        var type = [field.words, field.limits].filter { !$0.isEmpty }.joined(separator: "; ")
        if field.isTemplate { type += "; may have `${…}`" }
        var meaning = field.meaning
        if field.isSecret { meaning += " Never shown again." }
        if !field.aliases.isEmpty { meaning += " Also read as `\(field.aliases.joined(separator: "`, `"))`." }
        return "| `\(name)` | \(type) | \(standard) | \(meaning) |\n"
            + field.fields.map { Self.rows(of: $0, below: name) }.joined()
    }
}

@Suite struct PolicyPagesTests {
    @Test func `The reference pages say what the table says`() throws {
        let pages = PolicyPages.all()
        let isRewriting = ProcessInfo.processInfo.environment["PORTICO_WRITE_DOCS"] == "1"
        for (name, expected) in pages {
            let file = PolicyPages.folder.appending(path: name, directoryHint: .notDirectory)
            if isRewriting { try Data(expected.utf8).write(to: file) }
            // A page that is missing reads as empty and so differs.
            let found = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
            let isCurrent = found == expected
            #expect(isCurrent, "docs/policy/\(name) is out of date: run the tests once with PORTICO_WRITE_DOCS=1")
        }
        let present = try FileManager.default.contentsOfDirectory(atPath: PolicyPages.folder.path)
        #expect(Set(pages.keys).isSubset(of: present))
    }

    @Test func `The table has the 206 variables of the language, members of records counted, each once`() {
        let members = PolicyVariable.base.reduce(0) { $0 + Self.members(of: $1.type) }
        #expect(PolicyVariable.base.count + members == 206)
        #expect(Set(PolicyVariable.base.map(\.name)).count == PolicyVariable.base.count)
    }

    private static func members(of type: VariableType) -> Int {
        switch type {
        case .record(_, let members): members.count
        case .list(let item), .map(let item): Self.members(of: item)
        case .bool, .int, .double, .string, .bytes, .timestamp, .duration, .dyn: 0
        }
    }

    @Test func `What actions leave behind is seen from their phase on`() {
        let names = { (phase: PolicyPhase) in Set(PolicyVariable.all(in: phase).map(\.name)) }
        #expect(!names(.tcpConnect).contains("actions.ngrok.rate_limit.limited"))
        #expect(names(.httpRequest).contains("actions.ngrok.rate_limit.limited"))
        #expect(names(.httpResponse).contains("actions.ngrok.rate_limit.limited"))
        #expect(!names(.httpRequest).contains("res.status_code"))
    }
}
