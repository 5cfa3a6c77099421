import ArgumentParser
import EdgeProgram
import Model
import SSHKeys
import Settings

struct SSHHostKeysCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ssh-host-keys",
        abstract: "Print the keys by which SSH clients know this edge, and their fingerprints.",
        discussion: """
            One is made where there is none. Users compare the fingerprint when they connect for the first time, or are \
            given the line for their known_hosts.
            """
    )

    @OptionGroup
    var options: ConfigurationOptions

    func run() throws {
        let configuration = try self.options.load().configuration
        let ports = configuration.listeners.ssh.map(\.port)
        for entry in try SSHHostKeys(DataFolder(configuration.dataFolder)).load() {
            Terminal.say("\(entry.key.publicKey.fingerprint) (\(entry.key.publicKey.type)) \(entry.file)")
            for port in ports.isEmpty ? [22] : ports {
                let host = port == 22 ? "\(configuration.connectHost)" : "[\(configuration.connectHost)]:\(port)"
                Terminal.say("\(host) \(entry.key.publicKey.line)")
            }
        }
    }
}
