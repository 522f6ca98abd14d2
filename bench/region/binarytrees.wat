;; What one writes by hand for bench/programs/binarytrees.mote where the lives of all trees are known: two words for each
;; node, no header, bumped in one range that is set back when a tree has been walked. The long lived tree lies at its bottom.
;;
;; Twice: with the top of the range passed along, so that it stays in a register, and with the top in memory, where C has
;; a static variable.
(module
  ;; One line of output: 0 stretch tree, 1 trees of one depth, 2 long lived tree.
  (import "binarytrees" "report" (func $report (param $kind i32) (param $trees i32) (param $depth i32) (param $nodes i32)))
  ;; Enough for a stretch tree of depth 20 beside the long lived one.
  (memory 400)
  (global $limit i32 (i32.const 26214400))
  (global $isPassed (mut i32) (i32.const 0))
  ;; Where the range begins now. No node lies at 0, which stands for none.
  (global $base (mut i32) (i32.const 8))

  ;; A node at the top, which must not be beyond the limit.
  (func $node (param $top i32) (param $left i32) (param $right i32)
    (if (i32.ge_u (local.get $top) (global.get $limit)) (then (unreachable)))
    (i32.store (local.get $top) (local.get $left))
    (i32.store offset=4 (local.get $top) (local.get $right)))

  ;; The root, and the top behind it.
  (func $make (param $depth i32) (param $top i32) (result i32 i32)
    (local $left i32) (local $right i32)
    (if (local.get $depth)
      (then
        (call $make (i32.sub (local.get $depth) (i32.const 1)) (local.get $top))
        (local.set $top)
        (local.set $left)
        (call $make (i32.sub (local.get $depth) (i32.const 1)) (local.get $top))
        (local.set $top)
        (local.set $right)))
    (call $node (local.get $top) (local.get $left) (local.get $right))
    (local.get $top)
    (i32.add (local.get $top) (i32.const 8)))

  ;; The root. The top lies at 0.
  (func $makeStatic (param $depth i32) (result i32)
    (local $left i32) (local $right i32) (local $top i32)
    (if (local.get $depth)
      (then
        (local.set $left (call $makeStatic (i32.sub (local.get $depth) (i32.const 1))))
        (local.set $right (call $makeStatic (i32.sub (local.get $depth) (i32.const 1))))))
    (call $node (local.tee $top (i32.load (i32.const 0))) (local.get $left) (local.get $right))
    (i32.store (i32.const 0) (i32.add (local.get $top) (i32.const 8)))
    (local.get $top))

  ;; The root of a tree at the base; everything from there on is gone.
  (func $build (param $depth i32) (result i32)
    (local $root i32)
    (if (global.get $isPassed)
      (then
        (call $make (local.get $depth) (global.get $base))
        (drop)
        (local.set $root))
      (else
        (i32.store (i32.const 0) (global.get $base))
        (local.set $root (call $makeStatic (local.get $depth)))))
    (local.get $root))

  (func $check (param $tree i32) (result i32)
    (local $left i32)
    (if (i32.eqz (local.get $tree)) (then (return (i32.const 0))))
    (if (i32.eqz (local.tee $left (i32.load (local.get $tree)))) (then (return (i32.const 1))))
    (i32.add
      (i32.add (i32.const 1) (call $check (local.get $left)))
      (call $check (i32.load offset=4 (local.get $tree)))))

  (func $trees (param $most i32)
    (local $longLived i32) (local $depth i32) (local $rounds i32) (local $i i32) (local $nodes i32)
    (if (i32.lt_s (local.get $most) (i32.const 6)) (then (local.set $most (i32.const 6))))
    (call $report (i32.const 0) (i32.const 1) (i32.add (local.get $most) (i32.const 1))
      (call $check (call $build (i32.add (local.get $most) (i32.const 1)))))
    ;; The root is the last node of its tree.
    (global.set $base (i32.add (local.tee $longLived (call $build (local.get $most))) (i32.const 8)))
    (local.set $depth (i32.const 4))
    (loop $depths
      (local.set $rounds
        (i32.shl (i32.const 1) (i32.add (i32.sub (local.get $most) (local.get $depth)) (i32.const 4))))
      (local.set $nodes (i32.const 0))
      (local.set $i (i32.const 0))
      (loop $trees
        (local.set $nodes (i32.add (local.get $nodes) (call $check (call $build (local.get $depth)))))
        (br_if $trees
          (i32.lt_s (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $rounds))))
      (call $report (i32.const 1) (local.get $rounds) (local.get $depth) (local.get $nodes))
      (br_if $depths
        (i32.le_s (local.tee $depth (i32.add (local.get $depth) (i32.const 2))) (local.get $most))))
    (call $report (i32.const 2) (i32.const 1) (local.get $most) (call $check (local.get $longLived))))

  (func (export "run") (param $most i32)
    (global.set $isPassed (i32.const 1))
    (call $trees (local.get $most)))

  (func (export "runStatic") (param $most i32)
    (call $trees (local.get $most))))
