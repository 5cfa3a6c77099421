/// One thing that is wrong with a configuration: where, what, and what to do.
package struct SettingsProblem: Error, Hashable {
    /// nil where something is missing from all layers.
    package let place: SettingPlace?
    /// What is wrong, in one line; never the text of a secret.
    package let message: String
    /// The line of the file with a caret under the place, two lines; nil where there is none.
    package let excerpt: String?

    package init(at place: SettingPlace?, _ message: String, excerpt: String? = nil) {
        self.place = place
        self.message = message
        self.excerpt = excerpt
    }
}

extension SettingsProblem: CustomStringConvertible {
    /// `edge.yaml:3:5: unknown key "htps"; did you mean "https"?`, without the excerpt.
    package var description: String {
        guard let place else { return self.message }
        return "\(place): \(self.message)"
    }
}

/// All that is wrong with a configuration, in the order of the files' lines. Never empty.
package struct SettingsError: Error, Sendable, Equatable {
    package let problems: [SettingsProblem]

    init(_ problems: [SettingsProblem]) {
        self.problems = problems
    }
}

extension SettingsError: CustomStringConvertible {
    /// A line for each problem, with its excerpt below.
    package var description: String {
        self.problems
            .map { problem in ([problem.description] + [problem.excerpt].compactMap(\.self)).joined(separator: "\n") }
            .joined(separator: "\n")
    }
}
