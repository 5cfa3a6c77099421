import Foundation
import Testing

@testable import Secrets

@Suite struct PrivateFileTests {
    @Test(arguments: [0, 1, 16_384, 100_000])
    func `A file is read as it was written, by its owner alone`(count: Int) throws {
        try withTemporaryFolder { folder in
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
            let file = PrivateFile("\(folder)/file")
            try file.create(bytes)
            #expect(try file.contents() == bytes)
            #expect(try mode(of: file.path) == 0o600)
        }
    }

    @Test func `Replacing leaves one file, with the new bytes and mode 0600`() throws {
        try withTemporaryFolder { folder in
            let file = PrivateFile("\(folder)/file")
            try file.create([1])
            try file.replace(with: [2, 3])
            try PrivateFile("\(folder)/other").replace(with: [4])
            #expect(try file.contents() == [2, 3])
            #expect(try mode(of: file.path) == 0o600)
            #expect(try Set(FileManager.default.contentsOfDirectory(atPath: folder)) == ["file", "other"])
        }
    }

    @Test(arguments: [0o640, 0o604, 0o620, 0o644, 0o666, 0o601])
    func `A file that others may touch is not read`(bits: Int) throws {
        try withTemporaryFolder { folder in
            let file = PrivateFile("\(folder)/file")
            try file.create([1])
            try setMode(bits, of: file.path)
            #expect(throws: PrivateFileError.exposed(path: file.path, mode: UInt32(bits))) { try file.contents() }
        }
    }

    @Test(arguments: [0o400, 0o600])
    func `A file of its owner is read`(bits: Int) throws {
        try withTemporaryFolder { folder in
            let file = PrivateFile("\(folder)/file")
            try file.create([1])
            try setMode(bits, of: file.path)
            #expect(try file.contents() == [1])
        }
    }

    @Test func `A file that is not there is missing`() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/file"
            #expect(throws: PrivateFileError.missing(path: path)) { try PrivateFile(path).contents() }
        }
    }

    @Test func `A file above a mebibyte is not read`() throws {
        try withTemporaryFolder { folder in
            let file = PrivateFile("\(folder)/file")
            try file.create([UInt8](repeating: 0, count: 1 << 20 + 1))
            #expect(throws: PrivateFileError.tooLarge(path: file.path)) { try file.contents() }
        }
    }

    @Test func `A folder is made with those above it, for its owner alone`() throws {
        try withTemporaryFolder { folder in
            let made = PrivateFolder("\(folder)/a/b/c")
            try made.create()
            try made.create()
            #expect(try mode(of: made.path) == 0o700)
            #expect(try mode(of: "\(folder)/a") == 0o700)
        }
    }

    @Test func `A folder that others may enter is refused`() throws {
        try withTemporaryFolder { folder in
            let made = PrivateFolder("\(folder)/a")
            try made.create()
            try setMode(0o750, of: made.path)
            #expect(throws: PrivateFileError.exposed(path: made.path, mode: 0o750)) { try made.create() }
        }
    }

    @Test func `A file is no folder`() throws {
        try withTemporaryFolder { folder in
            try PrivateFile("\(folder)/file").create([])
            #expect(throws: PrivateFileError.self) { try PrivateFolder("\(folder)/file").create() }
        }
    }
}
