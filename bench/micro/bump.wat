;; What allocation by bumping costs at least: the loops that the emitted code is compared with.
;;
;; A 16-byte object has a header and two fields. When the nursery is full, a real call, which the engine cannot look
;; into, may move both globals; here it begins again at the nursery's base.
(module
  (import "host" "full" (func $full (param i32) (result i32)))
  (import "host" "fullWithBits" (func $fullWithBits (param i32) (result i32)))
  ;; 64 KiB for the start bits, then 1 MiB of nursery.
  (memory (export "memory") 17)
  (global $top (export "top") (mut i32) (i32.const 65536))
  (global $limit (export "limit") (mut i32) (i32.const 1114112))
  (global $bits (mut i32) (i32.const 0))

  (func (export "bare") (param $count i32) (result i32)
    (local $i i32) (local $at i32) (local $end i32)
    (if (i32.eqz (local.get $count)) (then (return (i32.const 0))))
    (loop $next
      (local.set $end (i32.add (local.tee $at (global.get $top)) (i32.const 16)))
      (if (i32.gt_u (local.get $end) (global.get $limit))
        (then (local.set $at (call $full (i32.const 16))))
        (else (global.set $top (local.get $end))))
      (i32.store (local.get $at) (i32.const 8))
      (i32.store offset=4 (local.get $at) (local.get $i))
      (i32.store offset=8 (local.get $at) (local.get $i))
      (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $count))))
    (local.get $at))

  ;; The same with a bit set in a bitset of object starts, one bit for 8 bytes.
  (func (export "bits") (param $count i32) (result i32)
    (local $i i32) (local $at i32) (local $end i32) (local $byte i32)
    (if (i32.eqz (local.get $count)) (then (return (i32.const 0))))
    (loop $next
      (local.set $end (i32.add (local.tee $at (global.get $top)) (i32.const 16)))
      (if (i32.gt_u (local.get $end) (global.get $limit))
        (then (local.set $at (call $fullWithBits (i32.const 16))))
        (else (global.set $top (local.get $end))))
      (local.set $byte (i32.add (global.get $bits) (i32.shr_u (local.get $at) (i32.const 6))))
      (i32.store8 (local.get $byte)
        (i32.or
          (i32.load8_u (local.get $byte))
          (i32.shl (i32.const 1) (i32.and (i32.shr_u (local.get $at) (i32.const 3)) (i32.const 7)))))
      (i32.store (local.get $at) (i32.const 8))
      (i32.store offset=4 (local.get $at) (local.get $i))
      (i32.store offset=8 (local.get $at) (local.get $i))
      (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $count))))
    (local.get $at)))
