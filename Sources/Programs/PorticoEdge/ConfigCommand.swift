import ArgumentParser
import EdgeProgram
import Settings

struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Print the configuration in force and where each value came from."
    )

    @Flag(help: "Print the reference of all settings instead, as Markdown.")
    var reference = false

    @OptionGroup
    var options: ConfigurationOptions

    func run() throws {
        if self.reference {
            print(ConfigurationReference.page, terminator: "")
        } else {
            Terminal.say(try self.options.load().report)
        }
    }
}
