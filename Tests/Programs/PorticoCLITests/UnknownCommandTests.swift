import Portico
import Testing

@testable import PorticoCLI

@Suite struct UnknownCommandTests {
    @Test(
        arguments: [
            ("htttp 80", "There is no command 'portico htttp'. Did you mean 'portico http'?"),
            ("config chekc", "There is no command 'portico config chekc'. Did you mean 'portico config check'?"),
            ("frobnicate", "There is no command 'portico frobnicate'."),
        ]
    )
    func `A word that is no command is named, and what was meant`(line: String, message: String) {
        #expect(UnknownCommand.error(in: line.split(separator: " ").map(String.init))?.message == message)
    }

    @Test(arguments: ["", "http 80 81", "help htttp", "--htttp", "config check x", "config add-server-addr"])
    func `What is wrong with other words is for others to say`(line: String) {
        #expect(UnknownCommand.error(in: line.split(separator: " ").map(String.init)) == nil)
    }
}
