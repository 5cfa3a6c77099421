// Writes to a store for ever, a few tasks at a time, and prints the id of each record whose commit has returned: what a
// test kills at any moment.
//
// usage: store-writer PATH|postgres://URL PREFIX

import Foundation
import Model
import PostgresStore
import SQLiteStore
import Store
import StoreContract

let arguments = CommandLine.arguments
let store: any RecordStore =
    arguments[1].hasPrefix("postgres")
    ? try await PostgresStore.open(at: PostgresAddress(Secret(arguments[1])))
    : try SQLiteStore.open(at: arguments[1])

try await withThrowingTaskGroup(of: Void.self) { group in
    for task in 0..<4 {
        group.addTask {
            for number in 0... {
                let id = "\(arguments[2])-\(task)-\(number)"
                let pair = "\(id)-pair"
                try await store.commit([.put(thing(id, keys: ["n": id])), .put(thing(pair, keys: ["n": pair]))])
                // One call: a line is there whole or not.
                FileHandle.standardOutput.write(Data("\(id)\n".utf8))
            }
        }
    }
    try await group.waitForAll()
}
