;; What one writes by hand for bench/programs/lists.mote: the same lists, the same sum.
(module
  (type $link (sub final (struct
    (field $head i32)
    (field $tail (ref null $link)))))

  ;; The line of output.
  (import "lists" "report" (func $report (param $lists i32) (param $cells i32) (param $total i64)))

  (func $build (param $from i32) (param $count i32) (result (ref null $link))
    (local $chain (ref null $link)) (local $i i32)
    (block $done
      (loop $next
        (br_if $done (i32.ge_s (local.get $i) (local.get $count)))
        (local.set $chain
          (struct.new $link (i32.add (local.get $from) (local.get $i)) (local.get $chain)))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $next)))
    (local.get $chain))

  (func $sum (param $chain (ref null $link)) (result i32)
    (local $total i32)
    (block $done
      (loop $next
        (br_if $done (ref.is_null (local.get $chain)))
        (local.set $total (i32.add (local.get $total) (struct.get $link $head (local.get $chain))))
        (local.set $chain (struct.get $link $tail (local.get $chain)))
        (br $next)))
    (local.get $total))

  (func (export "run") (param $lists i32) (param $cells i32)
    (local $total i64) (local $i i32)
    (block $done
      (loop $next
        (br_if $done (i32.ge_s (local.get $i) (local.get $lists)))
        (local.set $total
          (i64.add (local.get $total)
            (i64.extend_i32_s (call $sum (call $build (local.get $i) (local.get $cells))))))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $next)))
    (call $report (local.get $lists) (local.get $cells) (local.get $total))))
