import ArgumentParser
import Model

struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version",
        abstract: "Print the version.",
        discussion: """
            Example:
              portico-edge version
            """
    )

    static let text = "portico-edge version \(ProductVersion.current)"

    func run() {
        print(Self.text)
    }
}
