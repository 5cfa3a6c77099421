import Foundation
import Model
import TestSupport
import Testing

@Suite struct ErrorCodeTests {
    @Test func `No number stands for two things`() {
        let numbers = ErrorCode.all.map(\.number)
        #expect(Set(numbers).count == numbers.count)
    }

    @Test func `Every constant of the source stands in the catalogue`() throws {
        let folder = SharedMaterial.packageRoot.appending(path: "Sources/Base/Model", directoryHint: .isDirectory)
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        var defined: [Int] = []
        for file in files where file.lastPathComponent.hasPrefix("ErrorCode+") {
            let source = try String(contentsOf: file, encoding: .utf8)
            defined += source.matches(of: /= ErrorCode\(\s*([0-9]+),/).compactMap { Int($0.output.1) }
        }
        #expect(defined.count > 100)
        #expect(defined.sorted() == ErrorCode.all.map(\.number).sorted())
    }

    @Test(arguments: ErrorCode.all) func `A code has a status, a meaning and a remedy, each a sentence`(code: ErrorCode)
    {
        // The warning is a page that people go on from, and no failure.
        #expect((400...599).contains(code.httpStatus) || code == .browserWarning)
        for text in [code.meaning, code.remedy] {
            #expect(text.count > 10)
            #expect(text.first?.isUppercase == true)
            #expect(text.last == "." || text.hasSuffix("TOKEN"))
            #expect(!text.contains("\n"))
        }
    }

    @Test func `Our own codes lie above those of the reference system`() {
        let own = [ErrorArea.requests, .edge, .agent].flatMap(\.codes)
        #expect(own.allSatisfy { $0.number > 100_000 })
        #expect(ErrorArea.sessions.codes.allSatisfy { $0.number < 100_000 })
    }

    @Test func `People read one prefix and clients of the wire another`() {
        #expect(ErrorCode.endpointOffline.name == "ERR_PORTICO_3200")
        #expect(ErrorCode.endpointOffline.wireName == "ERR_NGROK_3200")
    }
}
